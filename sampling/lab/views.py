"""Addresses of the bench. Each authorises, parses, makes one call and answers."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sampling.actions.access import projects_allowing, require
from sampling.actions.lab import Answer, Entry, amend_result, enter_results
from sampling.actions.lab_batches import undo_batch
from sampling.actions.lab_moves import Move, move_results
from sampling.errors import MalformedRequest
from sampling.lab.bodies import (
    ExactJSONParser,
    body_sha256,
    idempotency_key,
    person,
    project_asked,
    refuse_half_truths,
    refuse_unknown,
    rows_of,
)
from sampling.lab.serializers import (
    AmendBody,
    BatchAnswer,
    BatchDocument,
    BulkAnswer,
    BulkBody,
    BulkQuery,
    MoveAnswer,
    MoveBody,
    ResultDocument,
    ResultHistory,
)
from sampling.models import LIVE_STATES, Determination, ImportBatch
from sampling.models.lab import STATES

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The sender's own key for this body; the same key with another body is refused.",
)
BULK_ANSWERS = dict.fromkeys((200, 201, 207, 422), BulkAnswer)
PAGE_PARAMETERS = {"cursor", "limit"}


def answered(answer: Answer) -> Response:
    """Return an answer with the address that takes its batch back."""
    body, batch = answer.body, answer.body["batch"]
    href = reverse("lab-api:batch-undo", args=[batch]) if batch else None
    return Response({**body, "undo": {**body["undo"], "href": href}}, status=answer.status)


class ResultsBulk(APIView):
    """Results in bulk."""

    permission_classes = [IsAuthenticated]
    parser_classes = [ExactJSONParser]

    @extend_schema(
        operation_id="lab_results_bulk",
        parameters=[BulkQuery, KEY],
        request=BulkBody,
        responses=BULK_ANSWERS,
        tags=["lab"],
    )
    def post(self, request: Request) -> Response:
        """Enter up to 5,000 results as drafts, or say what would become of them.

        200 validated, or nothing was to be written; 201 every row was taken; 207 some rows were
        refused or wait for their specimen; 422 none was taken; 409 the key was used with another
        body; 413 too many rows or bytes.
        """
        digest = body_sha256(request)
        refuse_unknown(request, set(BulkQuery().fields))
        query = BulkQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        project = project_asked(request, asked.pop("project", None), "lab.enter")
        entry = Entry(**asked, key=idempotency_key(request), body_sha256=digest)
        answer = enter_results(
            rows_of(request.data), entry, project=project, user=person(request), at=timezone.now()
        )
        return answered(answer)


class ResultsMove(APIView):
    """One step for many results."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="lab_results_move", request=MoveBody, responses=MoveAnswer, tags=["lab"]
    )
    def post(self, request: Request) -> Response:
        """Submit, recall, discard, verify, return, reject, approve, invalidate, hold or override.

        All results take the step or none: 409 when one moved since it was seen or is in no state
        for it, 403 when the person entered one they want to verify or approve.
        """
        body = MoveBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        seen = {result["id"]: result["version"] for result in asked["results"]}
        if len(seen) != len(asked["results"]):
            raise MalformedRequest("A result is named twice.")
        move = Move(step=asked["step"], reason=asked["reason"], text=asked["text"])
        project = project_asked(request, asked.get("project"), "lab.read")
        moved = move_results(seen, move, project=project, by=person(request), at=timezone.now())
        return Response({"results": [asdict(result) for result in moved]})


class ResultAmend(APIView):
    """The correction of one result."""

    permission_classes = [IsAuthenticated]
    parser_classes = [ExactJSONParser]

    @extend_schema(
        operation_id="lab_result_amend",
        parameters=[KEY],
        request=AmendBody,
        responses={201: BulkAnswer},
        tags=["lab"],
    )
    def post(self, request: Request, result_id: uuid.UUID) -> Response:
        """Supersede a result by a corrected draft, with a reason from the list."""
        digest = body_sha256(request)
        entry = Entry(key=idempotency_key(request), body_sha256=f"{result_id} {digest}")
        return answered(
            amend_result(result_id, request.data, entry, user=person(request), at=timezone.now())
        )


class ResultFilters(filters.FilterSet):  # type: ignore[misc]
    """Which results to list."""

    project = filters.UUIDFilter()
    campaign = filters.UUIDFilter(method="of_campaign")
    specimen = filters.UUIDFilter()
    specimen_code = filters.CharFilter(field_name="specimen__code")
    variable = filters.UUIDFilter()
    batch = filters.UUIDFilter()
    state = filters.MultipleChoiceFilter(choices=STATES)
    is_live = filters.BooleanFilter(method="standing")

    class Meta:
        model = Determination
        fields: list[str] = []

    def of_campaign(
        self, rows: QuerySet[Determination], _name: str, value: uuid.UUID
    ) -> QuerySet[Determination]:
        """Keep the results of specimens captured in a campaign."""
        return rows.filter(specimen__scope=f"campaign:{value}")

    def standing(
        self, rows: QuerySet[Determination], _name: str, value: bool
    ) -> QuerySet[Determination]:
        """Keep the results that stand, or those that do not."""
        return rows.filter(state__in=LIVE_STATES) if value else rows.exclude(state__in=LIVE_STATES)


class ReadsLab(BasePermission):
    """Lets in who may read results in some project, and to a row who may in its own."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person may read any results."""
        if not request.user.is_authenticated:
            return False
        return projects_allowing(person(request), "lab.read").exists()

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Raise NotFound or Forbidden unless the person may read this row."""
        require(person(request), obj.project_id, "lab.read")
        return True


class Readable(generics.GenericAPIView[Any]):
    """Rows of the projects in which the person may read results."""

    permission_classes = [ReadsLab]

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows the person may read."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.filter(project__in=projects_allowing(person(self.request), "lab.read"))


class ResultList(Readable, generics.ListAPIView[Determination]):
    """Results of the laboratory."""

    serializer_class = ResultDocument
    filterset_class = ResultFilters
    queryset = Determination.objects.select_related("specimen", "variable")

    @extend_schema(operation_id="lab_results_list", tags=["lab"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List results, those first entered first."""
        refuse_unknown(request, set(ResultFilters.base_filters) | PAGE_PARAMETERS)
        refuse_half_truths(request, {"is_live"})
        return self.list(request, *args, **kwargs)


class ResultDetail(Readable, generics.RetrieveAPIView[Determination]):
    """One result with its steps."""

    serializer_class = ResultHistory
    queryset = ResultList.queryset.prefetch_related("transitions")
    filter_backends = []

    @extend_schema(operation_id="lab_results_retrieve", tags=["lab"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show one result and how it came to its state."""
        return self.retrieve(request, *args, **kwargs)


class BatchFilters(filters.FilterSet):  # type: ignore[misc]
    """Which batches to list."""

    project = filters.UUIDFilter()

    class Meta:
        model = ImportBatch
        fields: list[str] = []


class BatchList(Readable, generics.ListAPIView[ImportBatch]):
    """Bulk entries."""

    serializer_class = BatchDocument
    filterset_class = BatchFilters
    queryset = ImportBatch.objects.all()

    @extend_schema(operation_id="lab_batches_list", tags=["lab"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List bulk entries with their counts."""
        refuse_unknown(request, set(BatchFilters.base_filters) | PAGE_PARAMETERS)
        return self.list(request, *args, **kwargs)


class BatchDetail(Readable, generics.RetrieveAPIView[ImportBatch]):
    """One bulk entry."""

    serializer_class = BatchAnswer
    queryset = ImportBatch.objects.all()
    filter_backends = []

    @extend_schema(operation_id="lab_batches_retrieve", tags=["lab"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show one bulk entry and what became of each row."""
        return self.retrieve(request, *args, **kwargs)


class BatchUndo(APIView):
    """The way back of one bulk entry."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="lab_batches_undo", request=None, responses=BatchDocument, tags=["lab"]
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Take a batch back, while nothing of it is verified; afterwards 409."""
        batch = undo_batch(pk, user=person(request), at=timezone.now())
        return Response(BatchDocument(batch).data)
