"""Every answer says how a browser may use it; bodies of unknown length and strangers are told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from rootfield.headers import ADMIN, DOCUMENTATION, DRAWINGS, PAGES, policy_for, written

POLICY = "Content-Security-Policy"


@pytest.fixture
def browser():
    return Client(headers={"accept": "text/html"})


def test_a_page_takes_nothing_inline_and_nothing_from_elsewhere(db, browser):
    policy = browser.get("/login/").headers[POLICY]

    assert policy == written(PAGES)
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/nothing", "/login/", "/api/docs", "/admin/login/"])
def test_every_page_carries_the_headers(db, browser, path):
    headers = browser.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert POLICY in headers


@pytest.mark.parametrize("path", ["/api/v1/me", "/sync/v1/", "/health/live", "/api/v1/nothing"])
def test_what_is_no_page_loads_nothing(db, browser, path):
    policy = browser.get(path).headers[POLICY]

    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/v1/me", "no-store"),
        ("/api/v1/nothing", "no-store"),
        ("/health/live", "no-store"),
        ("/nothing", "private, no-cache"),
        ("/api/docs", "private, no-cache"),
    ],
)
def test_what_programs_are_answered_is_kept_by_nobody(db, browser, path, kept):
    assert browser.get(path).headers["Cache-Control"] == kept


@pytest.mark.parametrize(
    ("path", "kind", "policy"),
    [
        ("/admin/sampling/", "text/html; charset=utf-8", ADMIN),
        ("/api/docs", "text/html", DOCUMENTATION),
        ("/projects/x/", "text/html", PAGES),
        ("/projects/x/map.svg", "image/svg+xml", DRAWINGS),
    ],
)
def test_the_policy_follows_the_place_and_the_kind(path, kind, policy):
    assert policy_for(path, kind) is policy


def test_over_tls_nothing_is_asked_for_without_it(settings):
    settings.HTTPS = True

    assert written(DRAWINGS).endswith("sandbox; upgrade-insecure-requests")


def test_the_documentation_of_the_api_needs_no_inline_script(browser):
    html = browser.get("/api/docs").content.decode()

    sources = re.findall(r"<script([^>]*)>", html)
    assert sources
    assert all("src=" in attributes for attributes in sources)
    script = browser.get("/api/docs?script=")
    assert "SwaggerUIBundle" in script.content.decode()
    assert script.headers["Content-Type"].startswith("application/javascript")


@pytest.mark.parametrize(
    ("path", "challenge"),
    [
        ("/api/v1/me", 'Session realm="rootfield"'),
        ("/sync/v1/devices/self", 'Bearer realm="rootfield", error="invalid_token"'),
    ],
)
def test_who_is_not_known_is_told_how_to_sign_in(db, path, challenge):
    answer = Client().get(path)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize("path", ["/sync/v1/push", "/api/v1/lab/results:bulk", "/login/"])
def test_a_body_of_unknown_length_is_refused_rather_than_taken_for_empty(db, path):
    framing = {"Transfer-Encoding": "chunked"}

    answer = Client().post(path, "{}", content_type="application/json", headers=framing)

    assert answer.status_code == 411
    if path != "/login/":
        assert answer.json()["code"] == "length-required"
