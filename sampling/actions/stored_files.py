"""Files taken in, looked for, and in the end forgotten: by project and SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from sampling.actions.file_store import FileStore
from sampling.errors import HashMismatch
from sampling.models import Attachment, Device, StoredFile, SyncOperation, Upload
from sampling.rules.fences import fences_of
from sampling.rules.media_types import HEAD_BYTES, media_type_of
from sampling.rules.operations import HELD
from sampling.rules.picture_sizes import ReadAt, pixels_of

KEPT_UNREFERENCED = dt.timedelta(days=180)
"""A file nobody names waits this long for the record that will: a season, and the winter after."""

NOTED_AGAIN = dt.timedelta(days=1)
ORPHAN_AFTER = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A file that comes in: of which project, what it should be, who sends it when and how."""

    project: uuid.UUID
    sha256: str
    device: Device | None
    user: uuid.UUID | None
    at: dt.datetime
    upload: uuid.UUID | None = None


def file_store() -> FileStore:
    """Return the store the settings name."""
    return FileStore(
        complete=Path(settings.MEDIA_ROOT),
        unfinished=Path(settings.UNFINISHED_ROOT),
        reserve_bytes=settings.FILES_RESERVE_BYTES,
    )


def file_here(project: uuid.UUID, sha256: str, *, at: dt.datetime) -> StoredFile | None:
    """Return a file the project holds, or None; that somebody asked keeps it for longer."""
    held = StoredFile.objects.filter(project=project, sha256=sha256).first()
    if held is None or not file_store().holds(sha256):
        return None
    if at - held.asked_at > NOTED_AGAIN:
        StoredFile.objects.filter(pk=held.pk).update(asked_at=at)
    return held


def put_file(arrival: Arrival, pieces: Iterable[bytes], *, size: int) -> bool:
    """Take in a small file sent in one piece; return whether it is new. Safe to repeat.

    Nothing is kept of one that breaks off or is not what was announced. Raises HashMismatch,
    StorageFull, and what the pieces raise.
    """
    if file_here(arrival.project, arrival.sha256, at=arrival.at) is not None:
        running = hashlib.sha256()
        for piece in pieces:
            running.update(piece)
        if running.hexdigest() != arrival.sha256:
            raise HashMismatch
        return False
    store, name = file_store(), uuid.uuid4().hex
    store.check_room(size)
    store.begin(name)
    try:
        store.append(name, pieces, at=0)
        return take_in(name, arrival)
    finally:
        store.drop(name)


def take_in(name: str, arrival: Arrival) -> bool:
    """Make a complete unfinished file a file of the project; return whether it is new to it.

    Safe to repeat. Raises HashMismatch when it is another file than announced, NotFound,
    StorageFull.
    """
    store = file_store()
    store.verify(name, arrival.sha256)
    with store.open_unfinished(name) as file:
        facts = _facts(file)
    with transaction.atomic():
        _lock(arrival.sha256)
        was_lost = not store.holds(arrival.sha256)
        store.place(name, arrival.sha256)
        _, is_new = StoredFile.objects.get_or_create(
            project_id=arrival.project,
            sha256=arrival.sha256,
            defaults={
                **facts,
                "received_at": arrival.at,
                "asked_at": arrival.at,
                "device": arrival.device,
                "user_id": arrival.user,
            },
        )
        if arrival.upload is not None:
            Upload.objects.filter(pk=arrival.upload).update(completed_at=arrival.at)
    store.drop(name)
    return is_new or was_lost


def _facts(file: BinaryIO) -> dict[str, object]:
    """Return what the bytes of a file say about it; its pictures are never decoded."""
    read = _reader(file)
    size = file.seek(0, 2)
    kind = media_type_of(read(0, HEAD_BYTES))
    width, height = pixels_of(read, kind) or (None, None)
    found = fences_of(read, size, kind)
    place = "unknown" if not found.is_certain else "fenced" if found.fences else "none"
    return {
        "size_bytes": size,
        "media_type": kind.name,
        "width_px": width,
        "height_px": height,
        "place": place,
        "fences": [[fence.at, fence.count, fence.value] for fence in found.fences],
    }


def _reader(file: BinaryIO) -> ReadAt:
    def read(at: int, count: int) -> bytes:
        file.seek(at)
        return file.read(count)

    return read


def _lock(sha256: str) -> None:
    """Let nobody else place or remove this file until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)",
            [int.from_bytes(bytes.fromhex(sha256)[:8], "big", signed=True)],
        )


def sweep_files(*, at: dt.datetime, limit: int = 500) -> int:
    """Remove files that nobody named for half a year, and what broken requests left behind.

    Return how many went. A file is named by an attachment, a withdrawn one too, and by an
    operation that waits for a person.
    """
    before = at - KEPT_UNREFERENCED
    named = Attachment.objects.filter(project=OuterRef("project"), sha256=OuterRef("sha256"))
    unnamed = StoredFile.objects.filter(~Exists(named), asked_at__lt=before)
    waiting = set(
        SyncOperation.objects.filter(type="attachment", status__in=HELD).values_list(
            "body__chg__sha256__to", flat=True
        )
    )
    gone = 0
    for row in unnamed.order_by("asked_at")[:limit]:
        if row.sha256 not in waiting:
            gone += _forget(row, unnamed)
    return gone + _drop_left_behind(at=at)


def _forget(row: StoredFile, unnamed: QuerySet[StoredFile]) -> bool:
    """Remove a file unless somebody named it in this moment; its bytes with the last who has it."""
    with transaction.atomic():
        _lock(row.sha256)
        removed, _ = StoredFile.objects.filter(pk__in=unnamed.filter(pk=row.pk)).delete()
        if removed and not StoredFile.objects.filter(sha256=row.sha256).exists():
            file_store().remove(row.sha256)
    return bool(removed)


def _drop_left_behind(*, at: dt.datetime) -> int:
    """Drop what requests that broke off left behind; uploads are kept until they expire."""
    store = file_store()
    uploads = {str(upload) for upload in Upload.objects.values_list("pk", flat=True)}
    left = [
        name
        for name, written_s in store.unfinished_files()
        if name not in uploads and written_s < (at - ORPHAN_AFTER).timestamp()
    ]
    for name in left:
        store.drop(name)
    return len(left)
