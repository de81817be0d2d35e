"""The settings hold in production mode and are loud when something is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.checks import run_checks

from rootfield.embedded import BASE_DIR
from tests.house.surroundings import without_services

PRODUCTION = {
    "ROOTFIELD_MODE": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-for-a-test",
    "SITE_URL": "https://rootfield.example",
    "ALLOWED_HOSTS": "rootfield.example",
    "DATABASE_URL": "postgresql://rootfield@localhost/rootfield",
    "REDIS_URL": "redis://localhost:6379/0",
}


def manage(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**without_services(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_is_clean_in_production_mode():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"ROOTFIELD_MODE"}))
def test_production_mode_needs_every_one_of_its_variables(name):
    variables = {key: value for key, value in PRODUCTION.items() if key != name}

    answer = manage("check", **variables)

    assert answer.returncode != 0
    assert f"{name} must be set" in answer.stderr


def test_an_unknown_mode_is_refused():
    answer = manage("check", ROOTFIELD_MODE="prod")

    assert "ROOTFIELD_MODE is 'prod'" in answer.stderr


def test_a_task_may_not_outlast_the_visibility_of_its_message(settings):
    settings.CELERY_TASK_TIME_LIMIT = 3600

    found = [message.id for message in run_checks()]

    assert "rootfield.E001" in found
