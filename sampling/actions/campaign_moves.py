"""Letting a campaign go on under another version of its protocol, with a look at it first.

Nothing that was captured is rewritten: each record keeps the version it was captured under, and the
mapping kept with the move says how to read it under the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from sampling.actions.record_types import captured_types
from sampling.actions.records import change_record
from sampling.errors import NotFound, RecordRefused, StateConflict, VersionMoved
from sampling.models import (
    RECORD_MODELS,
    AuditEvent,
    Campaign,
    CampaignMove,
    ProtocolVersion,
    User,
)
from sampling.rules.content_diff import Difference, differences
from sampling.rules.operations import Problem
from sampling.rules.protocol_mapping import mapping_problems, undecided, whole_mapping


@dataclass(frozen=True, kw_only=True)
class MovePreview:
    """What a move would mean.

    `captured` counts the campaign's records by type and the number of the version they were
    captured under; `to_decide` names the ids whose meaning changed or that are gone; `mapping` is
    what every old id would be called, once nothing is left to decide.
    """

    differences: list[Difference]
    captured: dict[str, dict[str, int]]
    to_decide: dict[str, list[str]]
    problems: list[Problem]
    mapping: dict[str, dict[str, str | None]]


@dataclass(frozen=True, kw_only=True)
class WantedMove:
    """To which version a campaign is to move, what old ids are called there, and why."""

    to_version: ProtocolVersion
    mapping: Any
    why: str = ""


def preview_move(campaign: Campaign, wanted: WantedMove) -> MovePreview:
    """Return what moving the campaign would mean; changes nothing. Raises as move_campaign."""
    _refuse_version(campaign, wanted.to_version)
    before, after = campaign.protocol_version.content, wanted.to_version.content
    problems = mapping_problems(before, after, wanted.mapping)
    return MovePreview(
        differences=differences(before, after),
        captured=_captured(campaign),
        to_decide=undecided(before, after),
        problems=problems,
        mapping={} if problems else whole_mapping(before, wanted.mapping),
    )


def move_campaign(
    campaign: Campaign,
    wanted: WantedMove,
    *,
    by: User,
    at: datetime,
    revision: int,
    via: str,
) -> CampaignMove:
    """Let the campaign go on under another version, and keep how to read what it has.

    Raises NotFound for a version of another protocol, StateConflict for one that is not in force
    or is the campaign's own, RecordRefused with every problem of the mapping, VersionMoved when
    `revision` is not the campaign's latest.
    """
    with transaction.atomic():
        held = (
            Campaign.objects.select_for_update(of=("self",))
            .select_related("protocol_version")
            .get(pk=campaign.pk)
        )
        if held.revision != revision:
            raise VersionMoved(revision=held.revision)
        preview = preview_move(held, wanted)
        _refuse_problems(preview.problems, wanted.why)
        move = CampaignMove.objects.create(
            campaign=held,
            from_version=held.protocol_version,
            to_version=wanted.to_version,
            mapping=preview.mapping,
            why=wanted.why.strip(),
            moved_by=by,
            moved_at=at,
            revision=revision + 1,
        )
        change_record(
            held,
            {"protocol_version": move.to_version_id},
            user=by.pk,
            via=via,
            at=at,
            revision=revision,
        )
        _note(move)
    return move


def _note(move: CampaignMove) -> None:
    versions = {"from": str(move.from_version_id), "to": str(move.to_version_id)}
    AuditEvent.objects.create(
        at=move.moved_at,
        project_id=move.campaign.project_id,
        user=move.moved_by,
        action="campaign.moved",
        subject_type="campaign",
        subject=str(move.campaign_id),
        detail={**versions, "why": move.why},
    )


def _refuse_version(campaign: Campaign, to_version: ProtocolVersion) -> None:
    if to_version.protocol_id != campaign.protocol_version.protocol_id:
        raise NotFound("This version is not one of the campaign's protocol.")
    if to_version.pk == campaign.protocol_version_id:
        raise StateConflict("The campaign is under this version already.")
    if to_version.state != "published":
        raise StateConflict("A campaign moves only to a version that is in force.")


def _refuse_problems(problems: list[Problem], why: str) -> None:
    if not why.strip():
        detail = "Say why the campaign goes on under another version."
        problems = [*problems, Problem(pointer="/why", code="missing", detail=detail)]
    if problems:
        raise RecordRefused(
            problems[0].detail, problems=[problem.as_wire() for problem in problems]
        )


def _captured(campaign: Campaign) -> dict[str, dict[str, int]]:
    """Return how many records of each type were captured under each version."""
    found: dict[str, dict[str, int]] = {}
    for name in sorted(captured_types()):
        model: type[Any] = RECORD_MODELS[name]
        rows = (
            model._default_manager.filter(scope=campaign.capture_scope, voided_at=None)
            .order_by()
            .values_list("captured_version__number")
            .annotate(number=Count("pk"))
        )
        counts = {number or "none": count for number, count in rows}
        if counts:
            found[name] = counts
    return found
