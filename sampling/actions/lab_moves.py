"""Moving determinations from state to state: submit, verify, approve and the ways back.

Thousands are moved by as many queries as one. A step is taken by all the results asked for or by
none, and every result leaves a transition behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, F, Value, When

from sampling.actions.access import require
from sampling.errors import (
    FourEyes,
    MalformedRequest,
    NotFound,
    RecordRefused,
    StateConflict,
    TooLarge,
    VersionMoved,
)
from sampling.models import Determination, Transition, User
from sampling.rules.lab_states import REASONS, REFUSALS, STEPS, Step, refusal

MOST_RESULTS: Final = 5000
_NAMED: Final = 20  # results an error names


@dataclass(frozen=True, kw_only=True)
class Move:
    """A step with its reason from the list, a text, and the door it came through."""

    step: str
    reason: str = ""
    text: str = ""
    client: str = "api"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Where a result stands after a step."""

    id: uuid.UUID
    state: str
    version: int
    is_on_hold: bool


def move_results(
    seen: Mapping[uuid.UUID, int], move: Move, *, project: uuid.UUID, by: User, at: datetime
) -> list[Moved]:
    """Take one step with all results; seen gives the version the person saw of each.

    Raises NotFound, Forbidden, VersionMoved when a result changed since, FourEyes for a result
    the person entered, StateConflict, or RecordRefused for a missing reason. Then nothing moved.
    """
    step = STEPS.get(move.step)
    if len(seen) > MOST_RESULTS:
        raise TooLarge(f"At most {MOST_RESULTS} results are moved at once.")
    if not seen or step is None:
        raise MalformedRequest(f"Name results, and one of these steps: {', '.join(STEPS)}.")
    require(by, project, step.permission)
    _check_reason(step, move)
    with transaction.atomic():
        found = list(
            Determination.objects.select_for_update()
            .filter(project=project, pk__in=seen)
            .only("id", "state", "version", "is_on_hold", "entered_by")
            .order_by("pk")
        )
        _check_all(found, seen, step, by=by)
        Determination.objects.filter(pk__in=seen).update(**_changes(step, by=by, at=at))
        Transition.objects.bulk_create(
            Transition(
                determination=result,
                from_state=result.state,
                to_state=step.targets[result.state],
                by=by,
                at=at,
                reason=move.reason,
                text=move.text,
                client=move.client,
            )
            for result in found
        )
    return [
        Moved(
            id=result.pk,
            state=step.targets[result.state],
            version=result.version + 1,
            is_on_hold=result.is_on_hold if step.sets_hold is None else step.sets_hold,
        )
        for result in found
    ]


def _check_reason(step: Step, move: Move) -> None:
    """Raise RecordRefused unless the step has the reason it needs, from the list."""
    if move.reason not in REASONS and (step.needs_reason or move.reason):
        _refuse("reason", f"Give one of: {', '.join(REASONS)}.")
    if move.reason == "other" and not move.text.strip():
        _refuse("text", "Say in words what the other reason is.")


def _refuse(member: str, detail: str) -> None:
    problem = {"pointer": f"/{member}", "code": f"{member}_missing", "detail": detail}
    raise RecordRefused(detail, problems=[problem])


def _check_all(
    found: Sequence[Determination], seen: Mapping[uuid.UUID, int], step: Step, *, by: User
) -> None:
    """Raise unless every result may take the step."""
    if len(found) != len(seen):
        raise NotFound
    moved = [result for result in found if result.version != seen[result.pk]]
    if moved:
        raise VersionMoved(results=[_standing(result) for result in moved[:_NAMED]])
    refused: dict[str, list[Determination]] = {}
    for result in found:
        why = refusal(
            step,
            state=result.state,
            is_on_hold=result.is_on_hold,
            is_own=result.entered_by_id == by.pk,
        )
        if why is not None:
            refused.setdefault(REFUSALS[why].format(state=result.state), []).append(result)
    own = REFUSALS["four_eyes"]
    for detail in sorted(refused, key=lambda detail: detail != own):
        error = FourEyes if detail == own else StateConflict
        raise error(detail, results=[_standing(result) for result in refused[detail][:_NAMED]])


def _standing(result: Determination) -> dict[str, Any]:
    return {"id": str(result.pk), "state": result.state, "version": result.version}


def _changes(step: Step, *, by: User, at: datetime) -> dict[str, Any]:
    """Return what a step writes into a determination."""
    states = [When(state=old, then=Value(new)) for old, new in step.targets.items()]
    changes: dict[str, Any] = {"state": Case(*states), "version": F("version") + 1}
    if step.signs:
        changes[step.signs] = by
    if step.signs == "approved_by":
        changes["approved_at"] = at
    if step.takes_signature_back:
        changes["verified_by"] = None
    if step.sets_hold is not None:
        changes["is_on_hold"] = step.sets_hold
    return changes
