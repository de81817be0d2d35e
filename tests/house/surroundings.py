"""What a process is started with."""

from __future__ import annotations

import os

READ_BY_SETTINGS = frozenset(
    {"DATABASE_URL", "REDIS_URL", "ROOTFIELD_MODE", "ROOTFIELD_DATA_DIR", "SECRET_KEY"}
)


def without_services() -> dict[str, str]:
    """Return the environment without what the settings, or the suite, put into it."""
    return {name: value for name, value in os.environ.items() if name not in READ_BY_SETTINGS}
