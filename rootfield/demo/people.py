"""Who works on the demo day, and how they get in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from rootfield.demo.person import Person
from sampling.models import User

PASSWORD = "seventeen roots at dawn"  # noqa: S105 - of a demo site on this machine only


@dataclass(frozen=True, kw_only=True)
class Role:
    """A person of the demo: who they are and what they do."""

    username: str
    name: str
    role: str


CAST = (
    Role(username="ada", name="Ada Admin", role="project_admin"),
    Role(username="edith", name="Edith Editor", role="protocol_editor"),
    Role(username="paul", name="Paul Publisher", role="protocol_publisher"),
    Role(username="frieda", name="Frieda Fieldlead", role="field_lead"),
    Role(username="tom", name="Tom Technician", role="technician"),
    Role(username="tina", name="Tina Technician", role="technician"),
    Role(username="tara", name="Tara Technician", role="technician"),
    Role(username="theo", name="Theo Technician", role="technician"),
    Role(username="lena", name="Lena Labtechnician", role="lab_technician"),
    Role(username="victor", name="Victor Verifier", role="lab_verifier"),
    Role(username="maria", name="Maria Labmanager", role="lab_manager"),
    Role(username="anna", name="Anna Analyst", role="analyst"),
    Role(username="stefan", name="Stefan Steward", role="data_steward"),
)
TECHNICIANS = tuple(role.username for role in CAST if role.role == "technician")
CARETAKER = "caretaker"
"""Who looks after the site in the Django admin and belongs to no project."""


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody, signed in, and the project they work in; ids by user name."""

    project: UUID
    ids: Mapping[str, UUID]
    by_role: Mapping[str, Person]


def open_accounts() -> dict[str, UUID]:
    """Make the accounts, as there is no sign-up, and return their ids by user name.

    Only the admin may make a project; all roles are given over the API.
    """
    with transaction.atomic():
        User.objects.create_superuser(CARETAKER, f"{CARETAKER}@example.org", PASSWORD)
        return {
            role.username: _account(role, is_staff=role.role == "project_admin").pk for role in CAST
        }


def sign_in_everybody(base_url: str, ids: Mapping[str, UUID], *, slug: str, title: str) -> People:
    """Sign in through the form; the admin makes the project and gives the others their roles."""
    persons = {role.username: Person(base_url, role.username) for role in CAST}
    for person in persons.values():
        person.sign_in(reverse("login"), PASSWORD)
    by_role: dict[str, Person] = {}
    for role in CAST:
        by_role.setdefault(role.role, persons[role.username])
    admin = by_role["project_admin"]
    project = admin.post(reverse("project-list"), {"slug": slug, "title": title})["id"]
    for role in CAST:
        if persons[role.username] is not admin:
            membership = {"project": project, "username": role.username, "role": role.role}
            admin.post(reverse("member-list"), membership)
    return People(project=UUID(project), ids=ids, by_role=by_role)


def _account(role: Role, *, is_staff: bool) -> User:
    first, last = role.name.split(" ", 1)
    return User.objects.create_user(
        role.username,
        f"{role.username}@example.org",
        PASSWORD,
        first_name=first,
        last_name=last,
        is_staff=is_staff,
    )
