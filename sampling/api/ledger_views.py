"""What the ledger holds for people to look at and decide: operations, conflicts, findings."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions.access import projects_allowing
from sampling.actions.audit import with_bytes
from sampling.actions.conflicts import Ruling, resolve_alike, resolve_conflict
from sampling.actions.findings import accept_finding
from sampling.actions.quarantine import (
    MOST_AT_ONCE,
    Verdict,
    alike,
    retry,
    settle_held,
    try_again,
)
from sampling.api.base import MEMBER, ProjectViewSet, person
from sampling.api.device_serializers import ReasonSerializer
from sampling.api.filters import (
    ConflictFilters,
    FindingFilters,
    OperationFilters,
    operations_of,
)
from sampling.api.ledger_serializers import (
    AlikeSerializer,
    ConflictSerializer,
    CountSerializer,
    FindingSerializer,
    OutcomeSerializer,
    ResolutionSerializer,
    SentSerializer,
    SettledSerializer,
    SyncOperationSerializer,
    TriedSerializer,
    VerdictSerializer,
)
from sampling.api.positions import projects_with_exact_positions
from sampling.errors import MalformedRequest
from sampling.models import (
    HELD_STATUSES,
    Campaign,
    Finding,
    Project,
    SyncConflict,
    SyncOperation,
)

ANSWERS = {"server": "stored", "device": "device", "withdraw": "withdraw"}
SEES_ALL = "device.read"  # others see what their own devices sent


class OperationPages(CursorPagination):
    """Pages of operations, in the order of their ids."""

    page_size_query_param = "limit"
    max_page_size = 1000
    ordering = "op"


class LedgerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """What the ledger holds. Places in it are shown to who may see them in all their projects."""

    def get_serializer_context(self) -> dict[str, Any]:
        """Say whether places may be shown."""
        context: dict[str, Any] = dict(super().get_serializer_context())
        if self.request.user.is_authenticated:
            exact = projects_with_exact_positions(self.request)
            mine = projects_allowing(person(self.request), MEMBER)
            context["shows_places"] = not mine.exclude(pk__in=exact).exists()
        return context


class OperationViews(LedgerViewSet):
    """Every change that was sent, with the answer it got."""

    queryset = SyncOperation.objects.select_related("device")
    serializer_class = SyncOperationSerializer
    filterset_class = OperationFilters
    pagination_class = OperationPages
    needs = {"list": "operation.read", "retrieve": "operation.read", "sent": "operation.read"}

    @extend_schema(responses=SentSerializer, filters=False, summary="The bytes it came in")
    @action(detail=True, pagination_class=None, filter_backends=[])
    def sent(self, request: Request, pk: str) -> Response:
        """Return an operation as the tablet sent it, with the digest of the whole push."""
        row = self.get_object()
        found = with_bytes(SyncOperation.objects.filter(pk=row.pk), row.pk)
        return Response(SentSerializer(found, context=self.get_serializer_context()).data)

    def in_projects(self, rows: QuerySet[Any], projects: QuerySet[Any]) -> QuerySet[Any]:
        """Return the operations of some projects: all, or those of the person's own devices."""
        user = person(self.request)
        everywhere = projects_allowing(user, SEES_ALL).filter(pk__in=projects)
        own = rows.filter(device__user=user, device__project__in=projects)
        return own | operations_of(rows, everywhere)

    def project_of(self, row: SyncOperation) -> uuid.UUID:
        """Return the project an operation is about: its device's, or that of its scope."""
        if row.device is not None:
            return row.device.project_id
        kind, _, name = row.scope.partition(":")
        if kind == "project":
            return uuid.UUID(name)
        return Campaign.objects.values_list("project_id", flat=True).get(pk=name)


class QuarantineViews(OperationViews):
    """Operations that wait: for a person to decide, or for what they refer to."""

    queryset = SyncOperation.objects.filter(status__in=HELD_STATUSES).select_related("device")
    needs = {
        **OperationViews.needs,
        **dict.fromkeys(
            ("rerun", "rerun_alike", "give_back", "refuse"),
            "quarantine.decide",
        ),
    }

    @extend_schema(request=None, responses=OutcomeSerializer, summary="Try a held operation again")
    @action(detail=True, methods=["post"])
    def rerun(self, request: Request, pk: str) -> Response:
        """Try a held operation again, on the word of a person; still refused, it stays held."""
        row = self.get_object()
        project = Project.objects.get(pk=self.project_of(row))
        outcome = retry(row.pk, project=project, by=person(request), at=timezone.now())
        return Response(outcome.as_wire())

    @extend_schema(
        request=None, responses=TriedSerializer, summary="Try all held operations like one again"
    )
    @action(detail=True, methods=["post"], url_path="rerun-alike")
    def rerun_alike(self, request: Request, pk: str) -> Response:
        """Try again all of the campaign on the same type of record, held for the same reason."""
        row = self.get_object()
        project = Project.objects.get(pk=self.project_of(row))
        chosen = list(alike(row, project=project).values_list("op", flat=True)[:MOST_AT_ONCE])
        outcomes = try_again(chosen, project=project, by=person(request), at=timezone.now())
        return Response(TriedSerializer({"outcomes": outcomes}).data)

    @extend_schema(
        request=VerdictSerializer, responses=CountSerializer, summary="Give back to the technician"
    )
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Reject a held operation with the code `returned`; the tablet shows the sentence."""
        return self._settled(request, "returned")

    @extend_schema(request=VerdictSerializer, responses=CountSerializer, summary="Refuse")
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Reject a held operation with the code `refused`; what was sent stays in the ledger."""
        return self._settled(request, "refused")

    def _settled(self, request: Request, verdict: Verdict) -> Response:
        row = self.get_object()
        wanted = VerdictSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        project = Project.objects.get(pk=self.project_of(row))
        chosen = [row.pk]
        if wanted.validated_data["alike"]:
            chosen = list(alike(row, project=project).values_list("op", flat=True)[:MOST_AT_ONCE])
        count = settle_held(
            chosen,
            verdict,
            sentence=wanted.validated_data["sentence"],
            project=project,
            by=person(request),
            at=timezone.now(),
        )
        return Response(CountSerializer({"count": count}).data)


class ConflictViews(LedgerViewSet):
    """Where two people said different things of one record."""

    queryset = SyncConflict.objects.all()
    serializer_class = ConflictSerializer
    filterset_class = ConflictFilters
    needs = {
        "list": "conflict.read",
        "retrieve": "conflict.read",
        "resolve": "conflict.resolve",
        "resolve_alike": "conflict.resolve",
    }

    @extend_schema(
        request=ResolutionSerializer, responses=ConflictSerializer, summary="Decide a conflict"
    )
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Settle a conflict with the server's values, the device's, or others."""
        conflict = self.get_object()
        wanted = ResolutionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        choice = wanted.validated_data
        ruling = Ruling(
            values=_chosen(conflict, choice),
            why=choice["why"],
            revision=choice.get("revision"),
            withdraws=choice["keep"] == "withdraw",
        )
        resolve_conflict(conflict, ruling, by=person(request), via="api", at=timezone.now())
        conflict.refresh_from_db()
        return Response(self.get_serializer(conflict).data)

    @extend_schema(
        request=AlikeSerializer,
        responses=SettledSerializer,
        summary="Decide all conflicts like one",
    )
    @action(detail=True, methods=["post"], url_path="resolve-alike")
    def resolve_alike(self, request: Request, pk: str) -> Response:
        """Give one answer to all open conflicts of the campaign about the same fields and sender.

        At most 500 at once; the answer says how many were settled, and why others were not.
        """
        conflict = self.get_object()
        wanted = AlikeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        settled = resolve_alike(
            conflict,
            ANSWERS[wanted.validated_data["keep"]],
            by=person(request),
            via="api",
            at=timezone.now(),
            why=wanted.validated_data["why"],
        )
        return Response(SettledSerializer(settled).data)


def _chosen(conflict: SyncConflict, choice: dict[str, Any]) -> dict[str, Any]:
    if choice["keep"] in ("server", "withdraw"):
        return {}
    if choice["keep"] == "device":
        values: dict[str, Any] = conflict.device_values or {}
        return values
    if not choice.get("values"):
        raise MalformedRequest("Give the values to keep.")
    given: dict[str, Any] = choice["values"]
    return given


class FindingViews(LedgerViewSet):
    """What is doubtful about records."""

    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = FindingFilters
    needs = {"list": "finding.read", "retrieve": "finding.read", "accept": "finding.accept"}

    @extend_schema(
        request=ReasonSerializer, responses=FindingSerializer, summary="Accept, with a reason"
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Say that a doubtful record is right as it is, and why."""
        finding = self.get_object()
        wanted = ReasonSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reason = wanted.validated_data["reason"]
        accepted = accept_finding(finding, by=person(request), reason=reason, at=timezone.now())
        return Response(self.get_serializer(accepted).data)
