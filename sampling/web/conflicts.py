"""The conflict inbox: two values for one group of fields, and a person who decides."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.conflicts import resolve_conflict
from sampling.actions.history import (
    POSITION_FIELDS,
    fields_in_conflict,
    named_records,
    record_in_conflict,
    values_of,
)
from sampling.actions.record_types import record_type
from sampling.actions.records import void_record
from sampling.errors import NotFound, RecordRefused, RootfieldError, VersionMoved
from sampling.models import SyncConflict, SyncedModel
from sampling.rules.json_values import same_value
from sampling.rules.record_types import Field
from sampling.web.pages import ProjectPage, sentences_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of a conflict, seen from three sides; `typed` is what the form holds."""

    field: Field
    base: Any
    stored: Any
    device: Any
    is_asked: bool
    is_hidden: bool
    typed: str


class Conflicts(ProjectPage):
    """What waits for a decision, the oldest first."""

    permission = "conflict.read"
    template = "web/conflicts.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show open conflicts; `?state=resolved` the decided ones, `?campaign=` of one campaign."""
        campaign = self.chosen_campaign()
        is_resolved = request.GET.get("state") == "resolved"
        conflicts = SyncConflict.objects.filter(
            project=self.project, resolved_at__isnull=not is_resolved
        ).select_related("operation__device", "operation__by", "resolved_by__by")
        if campaign:
            conflicts = conflicts.filter(scope=campaign.capture_scope)
        page = self.page_of(
            conflicts.order_by("-resolved_at" if is_resolved else "raised_at", "id")
        )
        keys = [(conflict.type, conflict.record) for conflict in page]
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "is_resolved": is_resolved,
                "names": named_records(self.project, keys),
            }
        )


class OneConflict(ProjectPage):
    """One conflict three ways: what the tablet saw, what is stored, what the tablet wants."""

    permission = "conflict.read"
    change_permission = "conflict.resolve"
    template = "web/conflict.html"

    def get(self, request: HttpRequest, conflict_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the conflict."""
        return self._page(self._conflict(conflict_id))

    def post(self, request: HttpRequest, conflict_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Decide: `answer` is stored, device, typed or withdraw; `why` says why."""
        conflict = self._conflict(conflict_id)
        record = record_in_conflict(conflict)
        try:
            self._refuse_if_moved(conflict, record)
            answer = request.POST.get("answer", "")
            record = resolve_conflict(
                conflict,
                values=self._chosen(conflict, answer),
                by=self.user,
                via="web",
                at=timezone.now(),
                why=self._why(),
            )
            if answer == "withdraw":
                void_record(
                    record, user=self.user.pk, via="web", at=timezone.now(), why=self._why()
                )
        except RootfieldError as error:
            return self._page(
                self._conflict(conflict_id), problems=sentences_of(error), status=error.status
            )
        self.say("Decided. Tablets learn of it with their next sync.")
        following = (
            SyncConflict.objects.filter(project=self.project, resolved_at=None)
            .order_by("raised_at", "id")
            .first()
        )
        if following:
            return redirect("pages:conflict", self.project.pk, following.pk)
        return redirect("pages:conflicts", self.project.pk)

    def _conflict(self, conflict_id: uuid.UUID) -> SyncConflict:
        conflict = (
            SyncConflict.objects.filter(project=self.project, pk=conflict_id)
            .select_related("operation__device", "operation__by", "resolved_by__by")
            .first()
        )
        if conflict is None:
            raise NotFound
        return conflict

    def _why(self) -> str:
        return self.request.POST.get("why", "").strip()[:2000]

    def _refuse_if_moved(self, conflict: SyncConflict, record: SyncedModel) -> None:
        """Raise VersionMoved when the person decided on something that is no longer so."""
        if conflict.resolved_at is not None:
            raise VersionMoved("Somebody resolved this conflict before you; here is how.")
        if self.request.POST.get("revision") != str(record.revision):
            raise VersionMoved(
                "Somebody changed this record since you opened the page. "
                "Below is how it stands now; decide again."
            )

    def _chosen(self, conflict: SyncConflict, answer: str) -> dict[str, Any]:
        """Return the values to write for an answer; none to keep what is stored."""
        if answer in ("stored", "withdraw"):
            return {}
        if answer == "device":
            return dict(conflict.device_values or {})
        if answer == "typed":
            kind = record_type(conflict.type)
            names = self._open_fields(conflict)
            values = {name: self._typed(kind.by_name[name]) for name in names}
            problems = kind.problems(values, is_new=False)
            if problems:
                raise RecordRefused(
                    problems[0].detail, problems=[problem.as_wire() for problem in problems]
                )
            return values
        problem = {"pointer": "", "code": "no-answer", "detail": "Choose one of the answers."}
        raise RecordRefused(problem["detail"], problems=[problem])

    def _open_fields(self, conflict: SyncConflict) -> list[str]:
        """Return the fields of the conflict this person may see."""
        names = fields_in_conflict(conflict)
        if self.sees_positions():
            return names
        return [name for name in names if name not in POSITION_FIELDS]

    def _typed(self, field: Field) -> Any:
        return value_from_text(field, self.request.POST.get(f"value-{field.name}", ""))

    def _page(
        self, conflict: SyncConflict, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        record = record_in_conflict(conflict)
        names = named_records(self.project, [(conflict.type, conflict.record)])
        if POSITION_FIELDS.intersection(self._open_fields(conflict)):
            self.note_position_read(record)
        return self.shown(
            {
                "conflict": conflict,
                "record": record,
                "name": names[record.pk],
                "rows": self._rows(conflict, values_of(record)),
                "problems": problems,
                "why": self._why(),
                "answer": self.request.POST.get("answer", ""),
                **self.may("conflict.resolve"),
            },
            status=status,
        )

    def _rows(self, conflict: SyncConflict, stored: Mapping[str, Any]) -> list[Row]:
        kind = record_type(conflict.type)
        device = conflict.device_values or {}
        visible = self._open_fields(conflict)
        return [
            Row(
                field=kind.by_name[name],
                base=(conflict.base or {}).get(name),
                stored=stored.get(name),
                device=device.get(name, stored.get(name)),
                is_asked=not same_value(device.get(name, stored.get(name)), stored.get(name)),
                is_hidden=name not in visible,
                typed=self.request.POST.get(
                    f"value-{name}", text_of(kind.by_name[name], stored.get(name))
                ),
            )
            for name in fields_in_conflict(conflict)
        ]


def text_of(field: Field, value: Any) -> str:
    """Return a field's JSON value as people type it; `value_from_text` reads it back."""
    if value is None:
        return ""
    if field.kind == "boolean":
        return "yes" if value else "no"
    if field.kind in ("json", "numbers"):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def value_from_text(field: Field, text: str) -> Any:
    """Return what a person typed as the field's JSON value; what cannot be read stays text.

    A decimal comma is read as a point. Blank is nothing, where the field can be nothing.
    """
    text = text.strip()
    if not text:
        return None if field.is_nullable else ""
    read = READERS.get(field.kind)
    try:
        return read(text) if read else text
    except (KeyError, RecursionError, ValueError):
        return text


def _number(text: str) -> float:
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"yes": True, "no": False}[text.lower()],
    "integer": int,
    "number": _number,
    "json": json.loads,
    "numbers": json.loads,
}
