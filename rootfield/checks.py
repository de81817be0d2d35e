"""System checks of the wiring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def tasks_end_before_redelivery(**_options: Any) -> Sequence[CheckMessage]:
    """Refuse a task time limit that is not below the broker's visibility timeout.

    A task still running when its message becomes visible again would run twice.
    """
    timeout_s = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    if timeout_s > settings.CELERY_TASK_TIME_LIMIT:
        return []
    return [
        Error(
            f"CELERY_TASK_TIME_LIMIT ({settings.CELERY_TASK_TIME_LIMIT} s) must be below the "
            f"visibility timeout of the broker ({timeout_s} s).",
            hint="Tasks that run longer are delivered a second time while they run.",
            id="rootfield.E001",
        )
    ]
