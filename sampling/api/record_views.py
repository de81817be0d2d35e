"""Records: looked at, made, changed and withdrawn by people, always through the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions.record_types import record_type
from sampling.actions.records import change_record, create_captured, create_record, void_record
from sampling.api.base import ProjectViewSet, as_uuid
from sampling.api.filters import record_filters
from sampling.api.positions import note_exact_reading, projects_with_exact_positions
from sampling.api.record_serializers import (
    PlaceSerializer,
    VoidSerializer,
    record_serializer,
)
from sampling.api.record_table import Row
from sampling.errors import MalformedRequest, NotFound, RecordRefused, VersionMoved
from sampling.models import Campaign, CapturedModel, SyncedModel

T = TypeVar("T")

VIA = "api"


class RecordViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Records of one type, to look at."""

    record_model: ClassVar[type[SyncedModel]]

    def get_queryset(self) -> QuerySet[Any]:
        """Return the records, with what their serializer needs read along."""
        rows = super().get_queryset()
        if self.record_model.record_type == "sampling_point":
            rows = rows.select_related("plot__study__site")
        return rows

    def get_serializer_context(self) -> dict[str, Any]:
        """Say whose exact places may be shown."""
        context = dict(super().get_serializer_context())
        shows_places = issubclass(record_serializer(self.record_model), PlaceSerializer)
        if shows_places and self.request.user.is_authenticated:
            context["exact"] = projects_with_exact_positions(self.request)
        return context

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer, and write down which exact places it shows."""
        serializer = super().get_serializer(*args, **kwargs)
        exact = serializer.context.get("exact")
        if exact and args:
            rows = args[0] if kwargs.get("many") else [args[0]]
            note_exact_reading(self.request, rows, exact=exact)
        return serializer


class AppendedRecordViewSet(RecordViewSet):
    """Records of one type, to look at and to make; they never change."""

    @extend_schema(summary="Make a record")
    def create(self, request: Request) -> Response:
        """Make a record; the same record under the same id again changes nothing."""
        body = Body.of(request)
        author: dict[str, Any] = {"via": VIA, "at": timezone.now()}
        if issubclass(self.record_model, CapturedModel):
            campaign = Campaign.objects.filter(pk=body.id_of("campaign")).first()
            if campaign is None:
                raise NotFound
            user = self.require(campaign.project_id)
            fields = body.fields_for(self.record_model)
            made = unknown_is_not_found(
                lambda: create_captured(
                    self.record_model, fields, campaign=campaign, user=user.pk, **author
                )
            )
        else:
            project = body.id_of("project")
            user = self.require(project)
            fields = body.fields_for(self.record_model)
            made = unknown_is_not_found(
                lambda: create_record(
                    self.record_model, fields, project=project, user=user.pk, **author
                )
            )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class WritableRecordViewSet(AppendedRecordViewSet):
    """Records of one type, to look at and to write."""

    @extend_schema(summary="Change a record")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change fields of a record, naming the revision that was seen."""
        row = self.get_object()
        body = Body.of(request)
        revision = body.number_of("revision")
        fields = body.fields_for(self.record_model, is_new=False)
        if revision != row.revision:
            raise VersionMoved(revision=row.revision)
        self.refuse_change(row, fields)
        user = self.require(row.project_id)
        changed = unknown_is_not_found(
            lambda: change_record(
                row, fields, user=user.pk, via=VIA, at=timezone.now(), revision=revision
            )
        )
        return Response(self.get_serializer(changed).data)

    def refuse_change(self, row: Any, fields: Mapping[str, Any]) -> None:
        """Raise when these fields are changed in another way than this."""

    @extend_schema(request=VoidSerializer, responses={204: None}, summary="Withdraw a record")
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Withdraw a record, saying why; it stays readable."""
        row = self.get_object()
        serializer = VoidSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = self.require(row.project_id)
        why = serializer.validated_data["why"]
        if row.voided_at is None:
            void_record(row, user=user.pk, via=VIA, at=timezone.now(), why=why)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Body:
    """The object a request carries: where the record belongs, and its fields as they came."""

    ADDRESS = frozenset({"id", "project", "campaign", "revision"})

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members

    @classmethod
    def of(cls, request: Request) -> Body:
        """Return the body of a request; raises MalformedRequest when it is no object."""
        if not isinstance(request.data, dict):
            raise MalformedRequest("The body is a JSON object.")
        return cls(request.data)

    def id_of(self, name: str) -> uuid.UUID:
        """Return an id that must be given."""
        if name not in self.members:
            raise _refused(f"/{name}", "missing", f"{name} must be given.")
        return as_uuid(str(self.members[name]))

    def number_of(self, name: str) -> int:
        """Return a whole number that must be given."""
        value = self.members.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _refused(f"/{name}", "missing", f"{name} must be given as a whole number.")
        return value

    def fields_for(self, model: type[SyncedModel], *, is_new: bool = True) -> dict[str, Any]:
        """Return the fields of the record, refusing those the type does not have."""
        known = record_type(model.record_type).names
        address = self.ADDRESS - known  # a planned plot has a field that is called campaign
        fields = {name: value for name, value in self.members.items() if name not in address}
        unknown = sorted(fields.keys() - known)
        if unknown:
            detail = f"There is no field {unknown[0]}."
            raise _refused(f"/{unknown[0]}", "unknown-field", detail)
        if is_new and self.members.get("id") is not None:
            fields["id"] = self.id_of("id")
        return fields


def _refused(pointer: str, code: str, detail: str) -> RecordRefused:
    problem = {"pointer": pointer, "code": code, "detail": detail}
    return RecordRefused(detail, problems=[problem])


def unknown_is_not_found(write: Callable[[], T]) -> T:
    """Return what a write returns; a reference to nothing one may know of becomes NotFound."""
    try:
        return write()
    except RecordRefused as refusal:
        problems = refusal.extra.get("problems", [])
        if any(problem["code"] == "unknown" for problem in problems):
            raise NotFound(refusal.detail, problems=problems) from None
        raise


def record_view(row: Row) -> type[RecordViewSet]:
    """Return the addresses of a record type, as the table says who reads and writes it."""
    base: type[RecordViewSet] = RecordViewSet
    needs = {"list": row.read, "retrieve": row.read}
    if row.write is not None:
        base = AppendedRecordViewSet
        needs["create"] = row.write
    if row.write is not None and not row.is_append_only:
        base = WritableRecordViewSet
        needs |= {"partial_update": row.write, "void": row.write}
    members: dict[str, Any] = {
        "record_model": row.model,
        "queryset": row.model._default_manager.all(),
        "serializer_class": record_serializer(row.model),
        "filterset_class": record_filters(row.model),
        "needs": needs,
        "__doc__": row.model.__doc__,
    }
    return type(f"{row.model.__name__}ViewSet", (base,), members)
