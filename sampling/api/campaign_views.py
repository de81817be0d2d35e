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
from sampling.actions.overview import PlotProgress, Progress, plan_against_actual, summed
from sampling.actions.set_up import MAX_RECORDS, NewRecord, create_set_up, unknown_fields
from sampling.api.base import person
from sampling.api.filters import record_filters
from sampling.api.ledger_serializers import CampaignProgressSerializer
from sampling.api.record_serializers import (
    NewRecordsSerializer,
    RecordAnswersSerializer,
    record_serializer,
)
from sampling.api.record_table import SET_UP
from sampling.api.record_views import WritableRecordViewSet
from sampling.errors import RecordRefused, StateConflict, TooLarge
from sampling.models import Campaign
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
    }

    def refuse_change(self, row: Campaign, fields: Mapping[str, Any]) -> None:
        """Raise when a campaign would be moved to another protocol version."""
        wanted = fields.get("protocol_version", row.protocol_version_id)
        if str(wanted) != str(row.protocol_version_id):
            raise StateConflict("A campaign keeps its protocol version; start another campaign.")

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
