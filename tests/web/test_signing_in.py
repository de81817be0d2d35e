"""Signing in, being kept out after too many wrong passwords, signing out."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.web.scenes import faults_of

PASSWORD = "a long pass phrase"


def sign_in(client, user, password, **more):
    return client.post("/login/", {"username": user.username, "password": password, **more})


def test_a_person_signs_in_and_comes_to_the_page_asked_for(client, technician, project):
    wanted = reverse("pages:project", args=[project.pk])

    answer = sign_in(client, technician, PASSWORD, next=wanted)

    assert answer.status_code == 302
    assert answer.headers["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_the_sign_in_page_is_sound_and_does_not_lead_elsewhere(client, technician):
    page = client.get("/login/").content.decode()

    answer = sign_in(client, technician, PASSWORD, next="https://elsewhere.example/")

    assert faults_of(page) == []
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(client, technician):
    answer = sign_in(client, technician, "wrong")

    assert answer.status_code == 200
    assert "correct username and password" in answer.content.decode()
    assert faults_of(answer.content.decode()) == []


def test_too_many_wrong_passwords_close_the_door_with_a_page_that_says_so(client, technician):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in(client, technician, "wrong")

    locked = sign_in(client, technician, PASSWORD)

    assert answer.status_code == locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()
    assert "60 minutes" in locked.content.decode()
    assert locked.headers["Retry-After"] == "3600"
    assert faults_of(locked.content.decode()) == []


def test_a_closed_door_is_told_to_programs_as_a_problem_and_to_the_admin_site_as_a_page(
    client, technician
):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, technician, "wrong")
    form = {"username": technician.username, "password": PASSWORD}

    told = client.post("/login/", form, headers={"accept": "application/json"})
    shown = client.post("/admin/login/", form)

    assert (told.status_code, told.json()["code"], told.json()["retry"]) == (
        429,
        "throttled",
        "later",
    )
    assert told.headers["Retry-After"] == shown.headers["Retry-After"] == "3600"
    assert "Too many attempts" in shown.content.decode()


def test_one_persons_lock_does_not_keep_others_out(client, technician, field_lead):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, technician, "wrong")

    answer = sign_in(client, field_lead, PASSWORD)

    assert answer.status_code == 302


def test_signing_out_ends_the_session(signed_in, technician, project):
    client = signed_in(technician)

    answer = client.post("/logout/")

    assert answer.status_code == 302
    assert client.get("/").status_code == 302


def test_a_person_without_a_project_is_told_so(signed_in, django_user_model):
    nobody = django_user_model.objects.create_user("nobody", password=PASSWORD)

    html = signed_in(nobody).get("/").content.decode()

    assert "not a member of any project" in html
    assert faults_of(html) == []


@pytest.fixture(autouse=True)
def _database(db):
    """Sessions are kept in the database."""


def test_a_program_without_the_token_is_told_so_and_not_that_its_role_is_wrong(technician):
    program = Client(enforce_csrf_checks=True)
    program.force_login(technician)

    answer = program.post("/api/v1/projects", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert "X-CSRFToken" in answer.json()["detail"]
