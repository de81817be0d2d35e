"""A project admin manages members, roles and leave to work; others look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sampling.models import Assignment, Device, Membership, User
from tests.people import make_member
from tests.sync.wire import new_device
from tests.web.scenes import faults_of


@pytest.fixture
def manager(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def people(project):
    return reverse("pages:people", args=[project.pk])


@pytest.fixture
def leave(project, campaign):
    return reverse("pages:assignments", args=[project.pk, campaign.pk])


def test_members_are_shown_with_their_roles(manager, people, technician, field_lead):
    html = manager.get(people).content.decode()

    assert faults_of(html) == []
    assert "technician" in html
    assert "field lead" in html


def test_a_role_is_given_by_user_name(manager, people, project, other_project):
    newcomer = make_member(other_project, "newcomer")

    answer = manager.post(people, {"username": "newcomer", "role": "analyst"})

    assert answer.status_code == 302
    assert newcomer.has_role(project.pk, "analyst")
    assert "newcomer is now analyst." in manager.get(people).content.decode()


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"username": "nobody", "role": "analyst"}, 422, "Nobody has this user name."),
        ({"username": "", "role": "analyst"}, 422, "This field is required."),
        ({"username": "technician", "role": "king"}, 422, "Select a valid choice."),
        ({"username": "admin", "role": "analyst"}, 403, "Nobody gives a role to themselves."),
    ],
)
def test_what_cannot_be_given_is_said(manager, people, technician, form, status, sentence):
    before = Membership.objects.count()

    answer = manager.post(people, form)

    html = answer.content.decode()
    assert answer.status_code == status
    assert sentence in html
    assert faults_of(html) == []
    assert Membership.objects.count() == before


def test_with_the_last_role_the_tablets_are_withdrawn_and_the_page_says_so_first(
    manager, project, technician, device
):
    membership = Membership.objects.get(user=technician)
    url = reverse("pages:member-remove", args=[project.pk, membership.pk])
    asked = manager.get(url).content.decode()

    manager.post(url)

    assert "These tablets are withdrawn with it: Tablet 1." in asked
    assert faults_of(asked) == []
    assert not Membership.objects.filter(user=technician).exists()
    assert Device.objects.get(pk=device.pk).state == "revoked"


def test_the_last_admin_stays(manager, project, admin):
    membership = Membership.objects.get(user=admin)

    answer = manager.post(reverse("pages:member-remove", args=[project.pk, membership.pk]))

    assert answer.status_code == 409
    assert "at least one admin" in answer.content.decode()


def test_an_admin_who_leaves_goes_to_the_first_page(manager, project, admin):
    make_member(project, "other", "project_admin")
    membership = Membership.objects.get(user=admin)

    answer = manager.post(reverse("pages:member-remove", args=[project.pk, membership.pk]))

    assert answer.headers["Location"] == "/"


def test_who_may_only_look_sees_no_form(signed_in, field_lead, people):
    html = signed_in(field_lead).get(people).content.decode()

    assert "Take away" not in html
    assert "A project admin gives and takes roles." in html


def test_leave_is_given_to_a_tablet_and_to_a_person_and_ended(
    manager, leave, project, campaign, technician
):
    tablet = new_device(project, technician)

    manager.post(leave, {"worker": f"device:{tablet.pk}", "mode": "append"})
    manager.post(leave, {"worker": f"user:{technician.pk}", "mode": "rw"})

    given = Assignment.objects.get(device=tablet)
    assert (given.campaign, given.mode) == (campaign, "append")
    assert Assignment.objects.get(user=technician).mode == "rw"
    answer = manager.post(reverse("pages:assignment-revoke", args=[project.pk, given.pk]))
    assert answer.headers["Location"] == leave
    given.refresh_from_db()
    assert given.revoked_at is not None
    html = manager.get(leave).content.decode()
    assert faults_of(html) == []
    assert html.index("in force") < html.index("ended")


@pytest.mark.parametrize("worker", ["", "device:1", "user:x", "king"])
def test_leave_is_given_to_the_project_s_own_only(manager, leave, other_project, outsider, worker):
    strange = new_device(other_project, outsider)

    for chosen in (worker, f"device:{strange.pk}", f"user:{outsider.pk}"):
        answer = manager.post(leave, {"worker": chosen, "mode": "rw"})
        assert answer.status_code == 422
    assert faults_of(answer.content.decode()) == []
    assert Assignment.objects.count() == 0


def test_leave_of_another_project_is_not_found(signed_in, outsider, project, other_project, device):
    given = Assignment.objects.get()

    for place in (project, other_project):
        url = reverse("pages:assignment-revoke", args=[place.pk, given.pk])
        assert signed_in(outsider).post(url).status_code == 404
    assert User.objects.filter(assignments__revoked_at__isnull=False).count() == 0


def test_a_technician_sees_who_may_work_and_gives_nothing(signed_in, technician, leave, device):
    client = signed_in(technician)

    html = client.get(leave).content.decode()

    assert device.name in html
    assert "Give leave" not in html
    assert client.post(leave, {"worker": f"device:{device.pk}"}).status_code == 403
