"""Errors are problem details for programs and a short page for people."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.urls("tests.house.problem_urls")


@pytest.fixture
def browser():
    return Client(headers={"accept": "text/html"}, raise_request_exception=False)


@pytest.fixture
def program():
    return Client(raise_request_exception=False)


def codes(answer):
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_an_unknown_api_address_answers_a_problem(program):
    answer = program.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:rootfield:problem:not-found",
        "title": "There is no such thing here.",
        "status": 404,
        "detail": "There is no such thing here.",
        "code": "not-found",
        "retry": "never",
        "trace": answer.headers["X-Request-Id"],
    }


@pytest.mark.urls("rootfield.urls")
def test_an_address_of_the_api_with_a_slash_at_its_end_is_put_right(program):
    wrong = program.get("/api/v1/estimate-orders/")
    unknown = program.get("/api/v1/nothing/")

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json()["detail"].endswith(" /api/v1/estimate-orders")
    assert unknown.json()["detail"] == "There is no such thing here."


def test_an_unknown_page_answers_a_page(browser):
    answer = browser.get("/nothing")

    assert answer.status_code == 404
    assert "There is no such thing here." in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")


def test_every_invalid_field_is_named_with_its_place(program):
    core = {"layers": [{"upper_depth_cm": 0}, {"upper_depth_cm": -1}]}

    answer = program.post("/api/cores", core, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert codes(answer) == [("code", "required"), ("layers.1.upper_depth_cm", "min_value")]


def test_a_rule_of_the_whole_record_is_named_without_a_place(program):
    core = {"code": "RF-WRONG", "layers": []}

    answer = program.post("/api/cores", core, content_type="application/json")

    assert codes(answer) == [("non_field_errors", "check")]


def test_json_that_cannot_be_read_is_malformed(program):
    answer = program.post("/api/cores", "{", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_json_too_deep_to_read_is_malformed(program):
    answer = program.post("/api/cores", "[" * 100_000, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("prefix", ["/api/raise/", "/raise/"])
def test_our_own_errors_keep_their_code_and_say_when_to_come_back(program, prefix):
    answer = program.get(f"{prefix}busy", headers={"accept": "application/json"})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["retry"]) == ("busy", "later")
    assert answer.headers["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("forbidden", 403, "forbidden"),
        ("suspicious", 400, "malformed"),
        ("big", 413, "too-large"),
        ("unstorable", 400, "malformed"),
        ("model", 400, "invalid"),
        ("row", 400, "invalid"),
        ("teapot", 418, "http-418"),
        ("throttled", 429, "throttled"),
        ("unexpected", 500, "server-error"),
    ],
)
def test_what_a_rest_view_raises_becomes_a_problem(program, name, status, code):
    answer = program.get(f"/api/raise/{name}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("name", "status"),
    [("forbidden", 403), ("suspicious", 400), ("busy", 409), ("unexpected", 500)],
)
def test_what_a_page_raises_becomes_a_page(browser, name, status):
    answer = browser.get(f"/raise/{name}")

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_unexpected_error_tells_nothing_but_the_id_to_look_for(program):
    answer = program.get("/api/raise/unexpected", headers={"x-request-id": "field-day-7"})

    assert answer.json()["request_id"] == "field-day-7"
    assert "nobody expected" not in answer.content.decode()


def test_the_page_of_an_unexpected_error_needs_nothing_that_may_have_failed(browser):
    answer = browser.get("/raise/unexpected", headers={"x-request-id": "field-day-7"})

    assert "field-day-7" in answer.content.decode()
    assert [template.name for template in answer.templates] == ["500.html"]


def test_model_validation_names_field_and_code(program):
    assert codes(program.get("/api/raise/model")) == [("depth_cm", "deep")]
    assert codes(program.get("/api/raise/row")) == [("", "invalid")]


def test_a_throttled_client_is_told_how_long_to_wait(program):
    assert program.get("/api/raise/throttled").headers["Retry-After"] == "7"


def test_somebody_not_signed_in_is_challenged(program):
    answer = program.get("/api/members")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Session realm="rootfield"'


def test_a_view_that_does_not_say_whom_it_serves_serves_nobody(program):
    assert program.get("/api/undeclared").status_code == 401


def test_a_method_nobody_knows_is_refused(program):
    answer = program.delete("/api/cores")

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


@pytest.mark.parametrize("address", ["/api/raise/a%00b", "/api/cores?name=a%00b"])
def test_a_nul_character_is_refused_before_anything_reads_it(program, address):
    answer = program.get(address)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_form_without_its_token_is_refused_on_a_page():
    browser = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})

    answer = browser.post("/form", {})

    assert answer.status_code == 403
    assert "open it again" in answer.content.decode()
