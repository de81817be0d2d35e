"""Files handed out: who may have one, and the copy that keeps exact places to itself."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sampling.actions.access import allowed
from sampling.actions.file_store import PIECE
from sampling.actions.stored_files import file_store
from sampling.errors import NotFound, PlaceWithheld
from sampling.models import Attachment, AuditEvent, Device, StoredFile, User
from sampling.rules.byte_ranges import asked_range
from sampling.rules.fences import Fence, fenced
from sampling.rules.media_types import KNOWN, UNKNOWN

EXACT = "exact_position.read"
KEPT_S = 3600  # by a browser: roles may change


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A file about to be handed out, whole or in part, as status, headers and pieces."""

    status: int
    headers: Mapping[str, str]
    path: Path
    first: int
    last: int
    fences: tuple[Fence, ...]

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes asked for, in pieces."""
        at = self.first
        with self.path.open("rb") as file:
            file.seek(at)
            while piece := file.read(min(PIECE, self.last + 1 - at)):
                yield fenced(piece, at, self.fences)
                at += len(piece)


def copy_of(stored: StoredFile, *, asked: str, user: User, at: dt.datetime) -> Copy:
    """Return a copy of a file for a person; `asked` is the Range header.

    Who may see exact positions gets the file as it came, which is written down; others get it
    with its place fenced off. Raises PlaceWithheld when that cannot be done, RangeUnsatisfiable,
    and NotFound when the file is missing on the disk.
    """
    path = file_store().path(stored.sha256)
    if not path.is_file():
        raise NotFound("The file is not here yet.")
    is_exact = stored.place != "none" and allowed(user, stored.project_id, EXACT)
    if stored.place == "unknown" and not is_exact:
        raise PlaceWithheld
    part = asked_range(asked, stored.size_bytes)
    first, last = part or (0, stored.size_bytes - 1)
    if is_exact and first == 0:
        _note_exact_reading(stored, user=user, at=at)
    is_fenced = stored.place == "fenced" and not is_exact
    return Copy(
        status=206 if part else 200,
        headers=_headers(stored, first, last, is_part=part is not None, is_fenced=is_fenced),
        path=path,
        first=first,
        last=last,
        fences=tuple(Fence(*fence) for fence in stored.fences) if is_fenced else (),
    )


def _headers(
    stored: StoredFile, first: int, last: int, *, is_part: bool, is_fenced: bool
) -> dict[str, str]:
    ending = KNOWN.get(stored.media_type, UNKNOWN).ending
    headers = {
        "Content-Type": stored.media_type,
        "Content-Length": str(last + 1 - first),
        "Content-Disposition": f'attachment; filename="{stored.sha256[:16]}.{ending}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.sha256}{"-fenced" if is_fenced else ""}"',
        "Cache-Control": f"private, max-age={KEPT_S}",
        "Vary": "Authorization, Cookie",
    }
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{last}/{stored.size_bytes}"
    if not is_fenced:  # RFC 9530; the copy is not what the hash names
        digest = base64.b64encode(bytes.fromhex(stored.sha256)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return headers


def file_for_device(device: Device, scopes: Mapping[str, str], sha256: str) -> StoredFile:
    """Return a file that a record in the device's scopes speaks of; raises NotFound."""
    named = Attachment.objects.filter(
        project=device.project_id, sha256=sha256, scope__in=list(scopes), voided_at=None
    )
    stored = StoredFile.objects.filter(project=device.project_id, sha256=sha256).first()
    if stored is None or not named.exists():
        raise NotFound
    return stored


def file_of(attachment: Attachment) -> StoredFile:
    """Return the file of an attachment; raises NotFound while it is missing."""
    stored = StoredFile.objects.filter(
        project=attachment.project_id, sha256=attachment.sha256
    ).first()
    if stored is None:
        raise NotFound("The file is not here yet.")
    return stored


def _note_exact_reading(stored: StoredFile, *, user: User, at: dt.datetime) -> None:
    AuditEvent.objects.create(
        at=at,
        project_id=stored.project_id,
        user=user,
        action=EXACT,
        subject_type="stored_file",
        subject=stored.sha256,
    )
