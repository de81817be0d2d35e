"""Defaults of every REST view: sessions, pages, and nothing open by oversight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the views module reads these defaults while it is being imported
    from rest_framework.views import APIView


class SiteSession(SessionAuthentication):
    """The session of somebody signed in to the site; without one the answer is 401."""

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge, without which the framework would answer 403."""
        return 'Session realm="rootfield"'

    def enforce_csrf(self, request: Request) -> None:
        """Raise PermissionDenied with a code that tells a missing token from a missing role."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            detail = "Send the cookie csrftoken as the header X-CSRFToken as well, from this site."
            raise PermissionDenied(detail, code="csrf") from error


class Undeclared(BasePermission):
    """Refuse everybody: a view says itself whom it serves."""

    message = "This address does not say whom it serves."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return False, whoever asks."""
        return False


class Pages(CursorPagination):
    """Pages that neither skip nor repeat a row while others write; `limit` up to 1000 rows.

    A larger limit is cut; one that is no number, and a cursor of nobody's making, are refused.
    """

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000
    ordering = "id"

    def get_page_size(self, request: Request) -> int | None:
        """Return how many rows a page holds; raises ValidationError."""
        asked = request.query_params.get(self.page_size_query_param, "")
        if asked and not re.fullmatch(r"0*[1-9][0-9]{0,8}", asked, re.ASCII):
            raise ValidationError({self.page_size_query_param: ["Give a whole number from 1."]})
        return super().get_page_size(request)

    def decode_cursor(self, request: Request) -> Any:
        """Return where a page begins; raises ValidationError."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise self._strange_cursor() from error

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Return the rows of a page; raises ValidationError for a place no row can have."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValueError as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise self._strange_cursor() from error

    def _strange_cursor(self) -> ValidationError:
        detail = "Follow the addresses in next and previous, or start without a cursor."
        return ValidationError({self.cursor_query_param: [detail]})

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Return what the schema says about the parameters."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"]["minimum"] = 1
        return parameters
