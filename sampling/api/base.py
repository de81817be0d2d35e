"""What every address of the door for machines shares: who may, of which project, in which pages.

Other doors do not import this; estimates do, for their own addresses.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django_filters import BooleanFilter, Filter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from sampling.actions.access import projects_allowing, require
from sampling.errors import NotFound
from sampling.models import User

MEMBER = "project.read"


class ConstraintSerializer(ModelSerializer[Any]):
    """A serializer that asks the constraints of the database before the database does."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what a constraint of the table would refuse, with its sentence and code."""
        known = self.instance
        model: type[Model] = self.Meta.model
        row = model(**{**_values(known), **attrs})
        row._state.adding = known is None
        row.validate_constraints()
        return attrs


def _values(row: Model | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


class ByTable(BasePermission):
    """Lets in who holds the permission that the view's table names for the action.

    An action the table does not name is refused, whoever asks. To a list, people are let in who
    hold its permission in any project; they see the rows of those projects.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person may do this at all."""
        assert isinstance(view, ProjectViewSet)
        if not request.user.is_authenticated:
            return False
        if not view.action:
            return True  # an unknown method, about to be answered as such
        permission = view.needs.get(view.action)
        if permission is None:
            return False
        if view.action == "list":
            return projects_allowing(person(request), permission).exists()
        return True

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Raise NotFound or Forbidden unless the person may do this to the row."""
        assert isinstance(view, ProjectViewSet)
        require(person(request), view.project_of(obj), view.needs[view.action])
        return True


class KnownFilters(DjangoFilterBackend):  # type: ignore[misc]
    """Filters rows; what nobody knows, or can read, is refused instead of passed over."""

    OTHERS = frozenset({"cursor", "limit"})

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Return the rows that pass the filters of the address."""
        filters = self.get_filterset_class(view, queryset)
        known = set(filters.base_filters) if filters else set()
        unknown = sorted(set(request.query_params) - known - self.OTHERS)
        if unknown:
            names = ", ".join(sorted(known))
            raise ValidationError({name: [f"Unknown filter; known: {names}."] for name in unknown})
        if filters:
            _refuse_half_truths(request, filters.base_filters)
        return super().filter_queryset(request, queryset, view)


def _refuse_half_truths(request: Request, filters: Mapping[str, Filter]) -> None:
    """Raise ValidationError for what is neither true nor false and would count as not asked."""
    for name, one in filters.items():
        if isinstance(one, BooleanFilter):
            given = request.query_params.get(name, "")
            if given.lower() not in {"", "true", "false"}:
                raise ValidationError({name: ["Give true or false."]})


class ProjectViewSet(GenericViewSet[Any]):
    """Addresses of rows that belong to projects.

    `needs` names the permission of each action; `project_path` leads from a row to its project.
    Rows of other projects are not found. An action that names its project in the body asks
    `require` itself.
    """

    needs: ClassVar[dict[str, str]] = {}
    project_path: ClassVar[str] = "project"
    permission_classes = [ByTable]
    filter_backends = [KnownFilters]
    http_method_names = ["get", "post", "patch", "delete", "head"]

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows of the projects the person belongs to, or may list."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        permission = self.needs[self.action] if self.action == "list" else MEMBER
        asked = self.request.query_params.get("project") if self.action == "list" else None
        if asked:
            self.require(_id_asked("project", asked))
        return self.in_projects(rows, projects_allowing(person(self.request), permission))

    def in_projects(self, rows: QuerySet[Any], projects: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that belong to some projects."""
        return rows.filter(**{f"{self.project_path}__in": projects})

    def project_of(self, row: Any) -> uuid.UUID:
        """Return the project a row belongs to."""
        for step in self.project_path.split("__")[:-1]:
            row = getattr(row, step)
        last = self.project_path.rsplit("__", maxsplit=1)[-1]
        project: uuid.UUID = getattr(row, f"{last}_id")
        return project

    def require(self, project_id: uuid.UUID) -> User:
        """Return the person if they may do this action in the project, else raise."""
        user = person(self.request)
        require(user, project_id, self.needs[self.action])
        return user


def _id_asked(name: str, text: str) -> uuid.UUID:
    """Return the id a list is to be narrowed by; raises ValidationError for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValidationError({name: ["Must be a valid UUID."]}) from None


def as_uuid(text: str) -> uuid.UUID:
    """Return the id a person wrote; raises NotFound for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def person(request: Request) -> User:
    """Return the person who is signed in."""
    assert isinstance(request.user, User)
    return request.user
