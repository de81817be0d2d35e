"""The conflict inbox: two values for one group of fields, and a person who decides."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.conflicts import (
    BEFORE_YOU,
    Ruling,
    alike,
    decision_of,
    resolve_alike,
    resolve_conflict,
)
from sampling.actions.history import (
    POSITION_FIELDS,
    fields_in_conflict,
    fields_of_group,
    named_records,
    record_in_conflict,
    values_of,
)
from sampling.actions.record_types import record_type
from sampling.errors import NotFound, RecordRefused, RootfieldError, VersionMoved
from sampling.models import SyncConflict, SyncedModel
from sampling.rules.json_values import same_value
from sampling.rules.record_types import Field
from sampling.web.pages import ProjectPage, sentences_of
from sampling.web.typed_values import text_of, value_from_text

FOR_MANY = ("stored", "device", "withdraw")  # answers that can settle several conflicts
MOST_GROUPS = 20  # of conflicts that are alike, above the list
MOST_REASONS = 5  # said of those that were left


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
    decided: Any = None


class Conflicts(ProjectPage):
    """What waits for a decision, the oldest first."""

    permission = "conflict.read"
    template = "web/conflicts.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show open conflicts; `?state=resolved` the decided ones.

        `?campaign=`, `?type=`, `?group=`, `?kind=` and `?device=` narrow them.
        """
        campaign = self.chosen_campaign()
        is_resolved = request.GET.get("state") == "resolved"
        found = SyncConflict.objects.filter(
            project=self.project, resolved_at__isnull=not is_resolved
        )
        if campaign:
            found = found.filter(scope=campaign.capture_scope)
        chosen = self._chosen_filters()
        conflicts = found.filter(**chosen).select_related(
            "operation__device", "operation__by", "resolved_by__by"
        )
        page = self.page_of(
            conflicts.order_by("-resolved_at" if is_resolved else "raised_at", "id")
        )
        keys = [(conflict.type, conflict.record) for conflict in page]
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "about": {one.pk: fields_of_group(one.type, one.group) for one in page},
                "is_resolved": is_resolved,
                "is_narrowed": bool(chosen),
                "groups": [] if is_resolved or chosen else groups_of(found),
                "names": named_records(self.project, keys),
            }
        )

    def _chosen_filters(self) -> dict[str, Any]:
        """Return the filters of the address; raises NotFound for a device that is no id."""
        asked = self.request.GET
        chosen: dict[str, Any] = {
            name: asked[name] for name in ("type", "group", "kind") if asked.get(name)
        }
        if asked.get("device"):
            try:
                chosen["operation__device"] = uuid.UUID(asked["device"])
            except ValueError:
                raise NotFound from None
        return chosen


def groups_of(conflicts: QuerySet[SyncConflict]) -> list[dict[str, Any]]:
    """Return which conflicts are alike, where several are, the most frequent first."""
    rows = (
        conflicts.order_by()
        .values("type", "group", "kind", device=F("operation__device"))
        .annotate(name=F("operation__device__name"), number=Count("pk"))
        .filter(number__gt=1)
        .order_by("-number", "type", "group")
    )
    return [
        {**row, "fields": fields_of_group(row["type"], row["group"])} for row in rows[:MOST_GROUPS]
    ]


class OneConflict(ProjectPage):
    """One conflict three ways: what the tablet saw, what is stored, what the tablet wants."""

    permission = "conflict.read"
    change_permission = "conflict.resolve"
    template = "web/conflict.html"

    def get(self, request: HttpRequest, conflict_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the conflict."""
        return self._page(self._conflict(conflict_id))

    def post(self, request: HttpRequest, conflict_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Decide: `answer` is stored, device, typed or withdraw; `why` says why.

        With `alike` the answer is for all conflicts like this one.
        """
        conflict = self._conflict(conflict_id)
        try:
            if request.POST.get("alike"):
                self._decide_alike(conflict)
            else:
                self._decide(conflict)
        except RootfieldError as error:
            sentences = sentences_of(error)
            if error.detail == BEFORE_YOU:
                sentences = [f"{BEFORE_YOU} Below is what was chosen; yours was not stored."]
            return self._page(self._conflict(conflict_id), problems=sentences, status=error.status)
        following = (
            SyncConflict.objects.filter(project=self.project, resolved_at=None)
            .order_by("raised_at", "id")
            .first()
        )
        if following:
            return redirect("pages:conflict", self.project.pk, following.pk)
        return redirect("pages:conflicts", self.project.pk)

    def _decide(self, conflict: SyncConflict) -> None:
        answer = self.request.POST.get("answer", "")
        ruling = Ruling(
            values=self._chosen(conflict, answer),
            why=self._why(),
            revision=self._revision_seen(),
            withdraws=answer == "withdraw",
        )
        resolve_conflict(conflict, ruling, by=self.user, via="web", at=timezone.now())
        self.say("Decided. Tablets learn of it with their next sync.")

    def _decide_alike(self, conflict: SyncConflict) -> None:
        """Give the answer to all conflicts like this one, and say what became of them."""
        answer = self.request.POST.get("answer", "")
        if answer not in FOR_MANY:
            raise refused(
                "Typed values answer one conflict. For all like it, keep what is stored or take "
                "what was sent."
            )
        settled = resolve_alike(
            conflict, answer, by=self.user, via="web", at=timezone.now(), why=self._why()
        )
        if settled.count:
            self.say(f"{settled.count} decided. Tablets learn of it with their next sync.")
        for reason in list(dict.fromkeys(settled.left))[:MOST_REASONS]:
            number = list(settled.left).count(reason)
            self.warn(f"{number} left open: {reason}")

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

    def _revision_seen(self) -> int:
        """Return the revision the form was made for; raises VersionMoved for a form without."""
        text = self.request.POST.get("revision", "")
        if not text.isdecimal():
            raise VersionMoved
        return int(text)

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
        raise refused("Choose one of the answers.")

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
        keys = [(conflict.type, conflict.record)]
        other = other_bearer(conflict)
        names = named_records(self.project, [*keys, *([(conflict.type, other)] if other else [])])
        if POSITION_FIELDS.intersection(self._open_fields(conflict)):
            self.note_position_read(record)
        return self.shown(
            {
                "conflict": conflict,
                "record": record,
                "name": names[record.pk],
                "other": names.get(other) if other else None,
                **self._state(conflict, record),
                "problems": problems,
                "why": self._why(),
                "answer": self.request.POST.get("answer", ""),
                **self.may("conflict.resolve"),
            },
            status=status,
        )

    def _state(self, conflict: SyncConflict, record: SyncedModel) -> dict[str, Any]:
        """Return the decision on a resolved conflict, and how many are like an open one."""
        stored = values_of(record)
        if conflict.resolved_at is None:
            return {"rows": self._rows(conflict, stored, {}), "alike": alike(conflict).count()}
        decision = decision_of(conflict)
        return {"rows": self._rows(conflict, stored, decision.values), "decision": decision}

    def _rows(
        self, conflict: SyncConflict, stored: Mapping[str, Any], decided: Mapping[str, Any]
    ) -> list[Row]:
        kind = record_type(conflict.type)
        device = conflict.device_values or {}
        server = {**stored, **(conflict.server or {})} if conflict.resolved_at else stored
        visible = self._open_fields(conflict)
        return [
            Row(
                field=kind.by_name[name],
                base=(conflict.base or {}).get(name),
                stored=server.get(name),
                device=device.get(name, server.get(name)),
                is_asked=not same_value(device.get(name, server.get(name)), server.get(name)),
                is_hidden=name not in visible,
                typed=self.request.POST.get(
                    f"value-{name}", text_of(kind.by_name[name], stored.get(name))
                ),
                decided=decided.get(name),
            )
            for name in fields_in_conflict(conflict)
        ]


def other_bearer(conflict: SyncConflict) -> uuid.UUID | None:
    """Return the specimen that bore the code first, for a conflict about a code borne twice."""
    if conflict.kind != "duplicate-key":
        return None
    return uuid.UUID((conflict.server or {})["specimen"])


def refused(sentence: str) -> RecordRefused:
    """Return the error for a form that cannot be followed."""
    problem = {"pointer": "", "code": "no-answer", "detail": sentence}
    return RecordRefused(sentence, problems=[problem])
