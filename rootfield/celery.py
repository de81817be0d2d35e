"""The Celery application: workers start with `celery -A rootfield worker`."""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging
from django.conf import settings
from django.core.cache import cache

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_KEPT_S = 3600

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootfield.settings")

app = Celery("rootfield")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def note_heartbeat(**_event: Any) -> None:
    """Keep the moment a worker last showed a sign of life, for /health/ready."""
    cache.set(HEARTBEAT_KEY, time.time(), HEARTBEAT_KEPT_S)


@setup_logging.connect
def keep_site_logging(**_options: Any) -> None:
    """Leave the site's own logging in place; without a receiver Celery installs its own."""
    if not settings.configured:
        raise RuntimeError("Celery started before the settings were read.")
