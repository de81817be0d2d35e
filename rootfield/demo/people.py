"""Who works on the demo day, and how they get in."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.urls import reverse

from rootfield.demo.person import Person
from sampling.models import User

PASSWORD = "seventeen roots at dawn"  # noqa: S105 - of a demo site on this machine only


@dataclass(frozen=True, kw_only=True)
class Role:
    """A person of the demo: who they are and what they do."""

    username: str
    role: str


CAST = (
    Role(username="admin", role="project_admin"),
    Role(username="protocol-editor", role="protocol_editor"),
    Role(username="protocol-publisher", role="protocol_publisher"),
    Role(username="field-lead", role="field_lead"),
    Role(username="technician-1", role="technician"),
    Role(username="technician-2", role="technician"),
    Role(username="technician-3", role="technician"),
    Role(username="technician-4", role="technician"),
    Role(username="lab-tech", role="lab_technician"),
    Role(username="verifier", role="lab_verifier"),
    Role(username="lab-manager", role="lab_manager"),
    Role(username="analyst", role="analyst"),
    Role(username="data-steward", role="data_steward"),
)
TECHNICIANS = tuple(role.username for role in CAST if role.role == "technician")
AT_ONCE = 4
"""People who sign in at the same time; checking a password takes long on purpose."""
CARETAKER = "caretaker"
"""Who looks after the site in the Django admin and belongs to no project."""


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody who signs in, and the project they work in; ids of all by user name."""

    project: UUID
    ids: Mapping[str, UUID]
    by_role: Mapping[str, Person]


def open_accounts() -> dict[str, UUID]:
    """Make the accounts, as there is no sign-up, and return their ids by user name.

    Only the admin may make a project; all roles are given over the API.
    """
    hashed = make_password(PASSWORD)
    accounts = [_account(role, hashed) for role in CAST]
    caretaker = User(username=CARETAKER, password=hashed, is_staff=True, is_superuser=True)
    User.objects.bulk_create([*accounts, caretaker])
    return {account.username: account.pk for account in accounts}


def sign_in_everybody(base_url: str, ids: Mapping[str, UUID], *, slug: str, title: str) -> People:
    """Sign in through the form; the admin makes the project and gives the others their roles.

    Technicians do not sign in: they carry tablets.
    """
    by_role = {
        role.role: Person(base_url, role.username) for role in CAST if role.role != "technician"
    }
    with ThreadPoolExecutor(AT_ONCE) as doors:
        list(doors.map(_sign_in, by_role.values()))
    admin = by_role["project_admin"]
    project = admin.post(reverse("project-list"), {"slug": slug, "title": title})["id"]
    for role in CAST:
        if role.username != admin.username:
            membership = {"project": project, "username": role.username, "role": role.role}
            admin.post(reverse("member-list"), membership)
    return People(project=UUID(project), ids=ids, by_role=by_role)


def _sign_in(person: Person) -> None:
    person.sign_in(reverse("login"), PASSWORD)


def _account(role: Role, hashed: str) -> User:
    return User(
        username=role.username,
        email=f"{role.username}@example.org",
        password=hashed,
        is_staff=role.role == "project_admin",
    )
