from __future__ import annotations

import uuid

import pytest

from sampling.actions.access import allowed, projects_allowing, require
from sampling.errors import Forbidden, NotFound
from sampling.models import ROLES, Membership, Project, User
from sampling.rules.roles import EVERYBODY, PERMISSIONS


def test_the_roles_of_the_rules_are_those_the_database_knows() -> None:
    named = frozenset(role for role, _ in ROLES)

    assert named == EVERYBODY
    assert all(roles <= named for roles in PERMISSIONS.values())


def test_a_role_gives_its_permissions_and_no_others(
    project: Project, field_lead: User, admin: User
) -> None:
    assert allowed(field_lead, project.pk, "record.write")
    assert not allowed(field_lead, project.pk, "member.manage")
    assert allowed(admin, project.pk, "member.manage")
    assert not allowed(admin, project.pk, "record.write")


def test_a_member_without_the_role_is_told_so(project: Project, technician: User) -> None:
    with pytest.raises(Forbidden) as refusal:
        require(technician, project.pk, "record.write")

    assert refusal.value.extra == {"needs": ["field_lead"]}


def test_for_an_outsider_the_project_does_not_exist(project: Project, outsider: User) -> None:
    with pytest.raises(NotFound):
        require(outsider, project.pk, "project.read")
    with pytest.raises(NotFound):
        require(outsider, uuid.uuid4(), "project.read")


def test_a_person_who_left_holds_nothing(project: Project, field_lead: User) -> None:
    field_lead.is_active = False

    assert not allowed(field_lead, project.pk, "project.read")
    assert not projects_allowing(field_lead, "project.read").exists()


def test_the_projects_allowing_something_are_found_by_role(
    project: Project, other_project: Project, field_lead: User
) -> None:
    Membership.objects.create(user=field_lead, project=other_project, role="technician")

    assert list(projects_allowing(field_lead, "record.write")) == [project]
    assert set(projects_allowing(field_lead, "record.read")) == {project, other_project}


@pytest.mark.parametrize("permission", ["result.write", "", "record"])
def test_an_unknown_permission_is_a_mistake_in_the_code(
    project: Project, field_lead: User, permission: str
) -> None:
    with pytest.raises(KeyError):
        allowed(field_lead, project.pk, permission)


def test_nobody_both_manages_people_and_writes_records() -> None:
    assert PERMISSIONS["member.manage"].isdisjoint(PERMISSIONS["record.write"])
    assert PERMISSIONS["device.manage"].isdisjoint(PERMISSIONS["lab.enter"])
    assert PERMISSIONS["protocol.draft"].isdisjoint(PERMISSIONS["protocol.publish"])
    assert PERMISSIONS["lab.enter"].isdisjoint(PERMISSIONS["lab.verify"])
