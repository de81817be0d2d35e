"""The frame's files are there, come from here, and say whose they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from rootfield.problems import known_problem
from tests.web.scenes import faults_of


def static_files(html: str) -> list[str]:
    return re.findall(r'(?:src|href)="/static/([^"]+)"', html)


def test_everything_a_page_loads_is_a_file_of_ours(rf, db, technician, signed_in):
    html = signed_in(technician).get("/").content.decode()

    files = static_files(html)

    assert len(files) >= 4
    assert [name for name in files if finders.find(name) is None] == []
    assert "//cdn" not in html
    assert 'src="http' not in html


def test_the_vendored_script_carries_its_licence():
    script = Path(str(finders.find("vendor/htmx-4.0.1.min.js"))).read_text()

    assert script.startswith("/*! htmx.org 4.0.1, Zero-Clause BSD")


@pytest.mark.parametrize("code", ["forbidden", "not-found", "csrf", "throttled", "server-error"])
def test_a_problem_page_needs_no_database_and_is_sound(rf, code):
    problem = known_problem(code, "A longer sentence.", problems=[{"detail": "One thing."}])

    html = render_to_string("problem.html", {"problem": problem}, request=rf.get("/"))

    assert faults_of(html) == []
    assert "One thing." in html
    assert str(problem.status) in html


def test_the_bar_of_a_stranger_shows_no_project(rf, db, project):
    request = rf.get("/")
    request.user = AnonymousUser()

    html = render_to_string("frame.html", {}, request=request)

    assert "MaxRoot-C" not in html
    assert "Sign out" not in html
