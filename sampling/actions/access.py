"""Who may do what: the one place that asks a person's memberships."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from sampling.errors import Forbidden, NotFound
from sampling.models import Membership, Project, User
from sampling.rules.roles import PERMISSIONS, grants


def roles_of(user: User, project_id: uuid.UUID) -> frozenset[str]:
    """Return the roles the person holds in the project; none for a person who may not sign in."""
    if not user.is_active:
        return frozenset()
    held = Membership.objects.filter(user=user, project_id=project_id)
    return frozenset(held.values_list("role", flat=True))


def allowed(user: User, project_id: uuid.UUID, permission: str) -> bool:
    """Return whether the person holds the permission in the project."""
    return grants(roles_of(user, project_id), permission)


def require(user: User, project_id: uuid.UUID, permission: str) -> None:
    """Raise unless the person holds the permission in the project.

    Who does not belong to the project gets NotFound, as if it did not exist; a member whose
    roles do not suffice gets Forbidden.
    """
    roles = roles_of(user, project_id)
    if not roles:
        raise NotFound
    if not grants(roles, permission):
        raise Forbidden(needs=sorted(PERMISSIONS[permission]))


def projects_allowing(user: User, permission: str) -> QuerySet[Project]:
    """Return the projects in which the person holds the permission."""
    held = Membership.objects.filter(user=user, role__in=PERMISSIONS[permission])
    if not user.is_active:
        held = held.none()
    return Project.objects.filter(pk__in=held.values("project"))
