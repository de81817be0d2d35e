"""Limits on files that come by the sync door."""

from __future__ import annotations

MAX_PUT = 1024 * 1024
"""Bytes of a file sent in one request; a larger one is uploaded in parts (tus)."""


BLOB_CHUNK = 4 * 1024 * 1024
"""Bytes of a part of an upload that suit a link without breaks; any other length is taken too."""


def file_limits(max_file: int) -> dict[str, int]:
    """Return the limits a tablet is told, in bytes.

    `max_put` in one request, `max_file` in parts, which are best of `blob_chunk`.
    """
    return {"max_put": MAX_PUT, "max_file": max_file, "blob_chunk": BLOB_CHUNK}
