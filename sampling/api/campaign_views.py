"""Campaigns with their progress, and setting up a project in one go."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sampling.actions.access import require
from sampling.actions.campaign_moves import WantedMove, move_campaign, preview_move
from sampling.actions.overview import PlotProgress, Progress, plan_against_actual, summed
from sampling.actions.relocation import Move, move_points
from sampling.actions.set_up import MAX_RECORDS, NewRecord, create_set_up, unknown_fields
from sampling.api.base import person
from sampling.api.campaign_serializers import (
    CampaignMoveSerializer,
    MovedPointsSerializer,
    MovedRecordsSerializer,
    MovePreviewSerializer,
    NewMoveSerializer,
    WantedMoveSerializer,
)
from sampling.api.filters import record_filters
from sampling.api.ledger_serializers import CampaignProgressSerializer
from sampling.api.record_serializers import (
    NewRecordsSerializer,
    RecordAnswersSerializer,
    record_serializer,
)
from sampling.api.record_table import SET_UP
from sampling.api.record_views import WritableRecordViewSet
from sampling.errors import NotFound, RecordRefused, StateConflict, TooLarge
from sampling.models import Campaign, CampaignMove, ProtocolVersion
from sampling.rules.operations import Problem


def _numbers(progress: Progress, *, plot: uuid.UUID | None, code: str) -> dict[str, Any]:
    return {
        "plot": plot,
        "code": code,
        "planned_cores": progress.planned_cores,
        "arrived_cores": progress.arrived_cores,
        "missing_cores": progress.missing_cores,
        "planned_segments": progress.planned_segments,
        "arrived_segments": progress.arrived_segments,
        "missing_segments": progress.missing_segments,
        "is_complete": progress.is_complete,
    }


def _of_plot(progress: PlotProgress) -> dict[str, Any]:
    return _numbers(progress, plot=progress.plot.pk, code=progress.plot.code)


class CampaignViewSet(WritableRecordViewSet):
    """Rounds of sampling, with how far they are."""

    record_model = Campaign
    queryset = Campaign.objects.all()
    serializer_class = record_serializer(Campaign)
    filterset_class = record_filters(Campaign)
    needs = {
        "list": "campaign.read",
        "retrieve": "campaign.read",
        "progress": "campaign.read",
        "create": "campaign.write",
        "partial_update": "campaign.write",
        "void": "campaign.write",
        "preview_move": "campaign.write",
        "move": "campaign.write",
        "moves": "campaign.read",
        "move_records": "record.write",
    }

    def refuse_change(self, row: Campaign, fields: Mapping[str, Any]) -> None:
        """Raise when a campaign would be moved to another protocol version."""
        wanted = fields.get("protocol_version", row.protocol_version_id)
        if str(wanted) != str(row.protocol_version_id):
            raise StateConflict(
                "A campaign is moved to another protocol version with a mapping: see its address"
                " preview-move, then move."
            )

    @extend_schema(
        responses=CampaignProgressSerializer, filters=False, summary="Plan against actual"
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def progress(self, request: Request, pk: str) -> Response:
        """Return what was planned and what arrived, in all and by plot."""
        plots = plan_against_actual(self.get_object())
        total = _numbers(summed(plots), plot=None, code="")
        answer = {"total": total, "plots": [_of_plot(progress) for progress in plots]}
        return Response(CampaignProgressSerializer(answer).data)

    @extend_schema(
        request=WantedMoveSerializer,
        responses=MovePreviewSerializer,
        summary="What moving to another protocol version would mean",
    )
    @action(detail=True, methods=["post"], url_path="preview-move")
    def preview_move(self, request: Request, pk: str) -> Response:
        """Return what differs, what was captured, and what is left to decide; changes nothing."""
        campaign = self.get_object()
        wanted = WantedMoveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        preview = preview_move(
            campaign,
            WantedMove(
                to_version=_version(campaign, wanted.validated_data["to"]),
                mapping=wanted.validated_data["mapping"],
            ),
        )
        return Response(MovePreviewSerializer(preview).data)

    @extend_schema(
        request=NewMoveSerializer,
        responses={201: CampaignMoveSerializer},
        summary="Go on under another protocol version",
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move the campaign; what was captured stays as it is, the mapping says how to read it."""
        campaign = self.get_object()
        wanted = NewMoveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        moved = move_campaign(
            campaign,
            WantedMove(
                to_version=_version(campaign, values["to"]),
                mapping=values["mapping"],
                why=values["why"],
            ),
            by=person(request),
            at=timezone.now(),
            revision=values["revision"],
            via="api",
        )
        return Response(CampaignMoveSerializer(moved).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        responses=CampaignMoveSerializer(many=True), filters=False, summary="Moves made so far"
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def moves(self, request: Request, pk: str) -> Response:
        """Return the moves of a campaign, the first one first, each with its mapping."""
        made = CampaignMove.objects.filter(campaign=self.get_object()).order_by("revision")
        return Response(CampaignMoveSerializer(made, many=True).data)

    @extend_schema(
        request=MovedPointsSerializer,
        responses=MovedRecordsSerializer,
        summary="Move sampling points, with all that hangs on them, to another campaign",
    )
    @action(detail=True, methods=["post"], url_path="move-records")
    def move_records(self, request: Request, pk: str) -> Response:
        """Move records; tablets of this campaign are told that they left."""
        source = self.get_object()
        wanted = MovedPointsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        target = Campaign.objects.filter(pk=values["to"], project=source.project_id).first()
        if target is None:
            raise NotFound
        move = Move(
            source=source, target=target, by=person(request), at=timezone.now(), why=values["why"]
        )
        return Response({"moved": move_points(values["sampling_points"], move)})


def _version(campaign: Campaign, wanted: uuid.UUID) -> ProtocolVersion:
    """Return a version of the project; raises NotFound."""
    version = ProtocolVersion.objects.filter(pk=wanted, project=campaign.project_id).first()
    if version is None:
        raise NotFound
    return version


class SetUpView(APIView):
    """Many records of a project's set-up at once."""

    permission_classes = [IsAuthenticated]
    http_method_names = ["post"]

    @extend_schema(
        request=NewRecordsSerializer,
        responses={200: RecordAnswersSerializer, 422: RecordAnswersSerializer},
        summary="Make up to 500 sites, studies, plots, campaigns ...: all of them or none",
    )
    def post(self, request: Request) -> Response:
        """Make records of the project's own scope; one answer a record, in their order."""
        wanted = NewRecordsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        project, rows = wanted.validated_data["project"], wanted.validated_data["records"]
        if len(rows) > MAX_RECORDS:
            raise TooLarge(limits={"max_records": MAX_RECORDS})
        user = person(request)
        require(user, project, "project.read")
        records = [NewRecord(**row) for row in rows]
        _refuse_shapes(records)
        for permission in sorted({SET_UP[record.type] for record in records}):
            require(user, project, permission)
        answers = create_set_up(
            records, project=project, user=user.pk, via="api", at=timezone.now()
        )
        is_stored = all(answer.status != "refused" for answer in answers)
        body = RecordAnswersSerializer({"is_stored": is_stored, "records": answers}).data
        return Response(
            body,
            status=status.HTTP_200_OK if is_stored else status.HTTP_422_UNPROCESSABLE_ENTITY,
        )


def _refuse_shapes(records: list[NewRecord]) -> None:
    """Raise RecordRefused, naming each row, for types and fields that cannot be set up here."""
    problems = []
    for place, record in enumerate(records):
        found = (
            unknown_fields(record)
            if record.type in SET_UP
            else [
                Problem(
                    pointer="/type",
                    code="not-a-set-up-type",
                    detail=f"Here one makes: {', '.join(SET_UP)}.",
                )
            ]
        )
        problems += [
            {**problem.as_wire(), "pointer": f"/records/{place}{problem.pointer}"}
            for problem in found
        ]
    if problems:
        raise RecordRefused(problems[0]["detail"], problems=problems)
