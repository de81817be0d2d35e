"""Files that come in parts: begun, gone on with, complete, or expired."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from sampling.actions.stored_files import Arrival, file_store, take_in
from sampling.errors import (
    HashMismatch,
    MalformedRequest,
    NotFound,
    OffsetMoved,
    TooLarge,
    TooManyUploads,
    UploadGone,
)
from sampling.models import Device, Upload
from sampling.rules.files import file_limits
from sampling.rules.tus import Checksum

UPLOAD_LIFE = dt.timedelta(days=14)
"""An upload waits this long for its next part: a fortnight in a field without a network."""

MOST_UNFINISHED = 50  # uploads of one device


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a file as it comes in: where it begins, its bytes, and their sum if announced."""

    offset: int
    pieces: Iterable[bytes]
    checksum: Checksum | None = None


def begin_upload(
    device: Device, *, sha256: str, size: int, metadata: Mapping[str, str], at: dt.datetime
) -> Upload:
    """Begin to take in a file; raises TooLarge, TooManyUploads, StorageFull, MalformedRequest."""
    if size < 1:
        raise MalformedRequest("A file has at least one byte.")
    if size > settings.FILE_MAX_BYTES:
        raise TooLarge(limits=file_limits(settings.FILE_MAX_BYTES))
    unfinished = Upload.objects.filter(device=device, completed_at=None, expires_at__gt=at)
    if unfinished.count() >= MOST_UNFINISHED:
        raise TooManyUploads(retry_after_s=3600)
    store = file_store()
    store.check_room(size)
    upload = Upload(
        device=device,
        sha256=sha256,
        size_bytes=size,
        metadata=dict(metadata),
        begun_at=at,
        expires_at=at + UPLOAD_LIFE,
    )
    store.begin(str(upload.pk))
    upload.save(force_insert=True)
    return upload


def upload_of(device: Device, upload_id: uuid.UUID, *, at: dt.datetime) -> Upload:
    """Return an upload of a device; raises NotFound, UploadGone."""
    upload = Upload.objects.filter(pk=upload_id, device=device).first()
    if upload is None:
        raise NotFound
    if upload.completed_at is None and upload.expires_at <= at:
        raise UploadGone
    return upload


def offset_of(upload: Upload, *, at: dt.datetime) -> int:
    """Return how many bytes of an upload are here.

    A file that is whole and was never taken in, because of a crash or a full disk, is taken in
    now. Raises UploadGone, HashMismatch, StorageFull.
    """
    if upload.completed_at is not None:
        return upload.size_bytes
    try:
        offset = file_store().offset(str(upload.pk))
    except NotFound:
        raise UploadGone from None
    if offset == upload.size_bytes:
        _finish(upload, at=at)
    return offset


def take_part(upload: Upload, part: Part, *, at: dt.datetime) -> int:
    """Append a part to an upload and return how many bytes are here by now.

    What came of a part that breaks off is kept, unless its checksum was announced. Raises
    OffsetMoved, ChecksumMismatch, HashMismatch, StorageFull, UploadGone.
    """
    here = offset_of(upload, at=at)
    if part.offset != here:
        raise OffsetMoved(offset=here)
    if here == upload.size_bytes:
        return here
    store, name = file_store(), str(upload.pk)
    store.check_room(upload.size_bytes - here)
    pieces = _at_most(part.pieces, upload.size_bytes - here)
    if part.checksum is None:
        here = store.append(name, pieces, at=here)
    else:
        here = store.join(name, _checked(part.checksum, pieces), at=here)
    if here == upload.size_bytes:
        _finish(upload, at=at)
    else:
        upload.expires_at = at + UPLOAD_LIFE
        upload.save(update_fields=["expires_at"])
    return here


def _at_most(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Yield the pieces; more than belongs to the file is refused."""
    for piece in pieces:
        count -= len(piece)
        if count < 0:
            raise MalformedRequest("The part goes beyond the length announced for the file.")
        yield piece


def _checked(checksum: Checksum, pieces: Iterable[bytes]) -> str:
    """Return the name of an unfinished file with the pieces; drops it if they are not right."""
    store, name = file_store(), uuid.uuid4().hex
    running = checksum.begin()

    def hashed() -> Iterator[bytes]:
        for piece in pieces:
            running.update(piece)
            yield piece

    store.begin(name)
    try:
        store.append(name, hashed(), at=0)
        checksum.check(running)
    except BaseException:
        store.drop(name)
        raise
    return name


def _finish(upload: Upload, *, at: dt.datetime) -> None:
    """Take in the whole file; one that is not what was announced is forgotten."""
    device = upload.device
    arrival = Arrival(
        project=device.project_id,
        sha256=upload.sha256,
        device=device,
        user=device.user_id,
        at=at,
        upload=upload.pk,
    )
    try:
        take_in(str(upload.pk), arrival)
    except HashMismatch:
        upload.delete()
        raise
    upload.completed_at = at


def sweep_uploads(*, at: dt.datetime) -> int:
    """Remove uploads that expired, with what came of them; return how many."""
    gone = 0
    for upload in Upload.objects.filter(expires_at__lt=at).only("pk"):
        file_store().drop(str(upload.pk))
        upload.delete()
        gone += 1
    return gone
