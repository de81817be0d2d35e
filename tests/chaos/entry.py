"""What gunicorn serves in a run: the site's own application, warm before the workers fork.

Workers live for about a second here. One that had to load the addresses and describe the record
types first would be dead before its first answer.
"""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path
from typing import BinaryIO

from django.db import connections
from django.test import Client

from rootfield.wsgi import application
from sampling.actions import file_store
from sampling.actions.record_types import record_type
from sampling.models import RECORD_MODELS

__all__ = ["application"]

FULL = Path(os.environ["ROOTFIELD_DATA_DIR"]) / "disk-full"
"""While this exists the disk of the files takes half of what it is given, and then nothing."""
write = file_store._write


def write_while_there_is_room(file: BinaryIO, piece: bytes, *, at: int) -> int:
    """Write as a disk does that fills up."""
    if not FULL.exists():
        return write(file, piece, at=at)
    write(file, piece[: len(piece) // 2], at=at)
    raise OSError(errno.ENOSPC, "no space left on device")


file_store._write = write_while_there_is_room
for name in RECORD_MODELS:
    record_type(name)
Client().get("/sync/v1/")
connections.close_all()
gc.collect()
gc.freeze()
