"""Defaults of every REST view: sessions, pages, and nothing open by oversight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
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
    """Pages that neither skip nor repeat a row while others write; `limit` up to 1000 rows."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000
    ordering = "id"
