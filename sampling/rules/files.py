"""Limits on files that come by the sync door."""

from __future__ import annotations

MAX_PUT = 1024 * 1024
"""Bytes of a file sent in one request; a larger one is uploaded in parts (tus)."""


def file_limits(max_file: int) -> dict[str, int]:
    """Return the limits a tablet is told: `max_put` in one request, `max_file` in parts, bytes."""
    return {"max_put": MAX_PUT, "max_file": max_file}
