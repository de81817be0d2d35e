"""Attachments whose files are missing: said with every outcome and every page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from sampling.actions.prepared import Cursor, Pipe
from sampling.models import Attachment, StoredFile
from sampling.models.files import SUBJECTS
from sampling.rules.envelope import Received
from sampling.rules.operations import WRITTEN, Outcome

TYPE = Attachment.record_type
DRAWN = frozenset({"image/jpeg", "image/png", "image/webp"})
MOST_PIXELS = 60_000_000  # of a picture that a page draws: the largest sensors of telephones

_IS_MISSING = (
    " NOT EXISTS (SELECT FROM sampling_storedfile AS f"
    " WHERE f.project_id = a.project_id AND f.sha256 = a.sha256)"
)


def speaks_of_files(body: bytes) -> bool:
    """Return whether a push may hold attachments, whose answers are not simply the stored ones."""
    return b'"attachment"' in body


def note_missing(received: Sequence[Received], outcomes: Sequence[Outcome]) -> None:
    """Say with the outcome of each attachment how many of its files are missing: one, or none.

    It is what holds now, not a part of the stored outcome: a repeated operation may be told
    otherwise once the file has come.
    """
    attached: dict[UUID, list[Outcome]] = {}
    for item, outcome in zip(received, outcomes, strict=True):
        operation = item.operation
        if operation is None or operation.type != TYPE:
            continue
        if outcome.status in WRITTEN or outcome.status == "noop":
            attached.setdefault(operation.record, []).append(outcome)
    if not attached:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id FROM sampling_attachment AS a WHERE a.id = ANY(%s) AND {_IS_MISSING}",
            [list(attached)],
        )
        missing = {attachment for (attachment,) in cursor.fetchall()}
    for attachment, told in attached.items():
        for outcome in told:
            outcome.detail = {**outcome.detail, "missing": int(attachment in missing)}


def missing_files(pipe: Pipe, scopes: Iterable[str]) -> Cursor:
    """Ask how many live attachments of each scope lack their file; scopes with none are out."""
    return pipe.send(
        "SELECT a.scope, count(*) FROM sampling_attachment AS a"
        f" WHERE a.scope = ANY(%s) AND a.voided_at IS NULL AND {_IS_MISSING} GROUP BY a.scope",
        [list(scopes)],
    )


def with_files(attachments: QuerySet[Attachment]) -> QuerySet[Any]:
    """Return attachments that say as `is_here` whether their file has come."""
    here = StoredFile.objects.filter(project=OuterRef("project"), sha256=OuterRef("sha256"))
    return attachments.annotate(is_here=Exists(here))


@dataclass(frozen=True, kw_only=True)
class Attached:
    """An attachment as a page shows it, with its file once that has come."""

    record: Attachment
    file: StoredFile | None

    @property
    def is_shown(self) -> bool:
        """Whether a browser may draw it: a common kind of picture that is no bomb of pixels."""
        if self.file is None or self.file.media_type not in DRAWN or self.file.place == "unknown":
            return False
        return 0 < (self.file.width_px or 0) * (self.file.height_px or 0) <= MOST_PIXELS


def attached_to(records: Collection[UUID], *, project: UUID) -> list[Attached]:
    """Return what is attached to some records, oldest first; two queries."""
    about = Q()
    for subject in SUBJECTS:
        about |= Q(**{f"{subject}__in": records})
    rows = list(
        Attachment.objects.filter(about, project=project)
        .select_related("device")
        .order_by("received_at", "id")
    )
    files = StoredFile.objects.filter(project=project, sha256__in={row.sha256 for row in rows})
    here = {file.sha256: file for file in files.defer("fences")}
    return [Attached(record=row, file=here.get(row.sha256)) for row in rows]


def has_file(attachment: Attachment) -> bool:
    """Return whether the file of an attachment has come."""
    here = StoredFile.objects.filter(project=attachment.project_id, sha256=attachment.sha256)
    return here.exists()
