"""What lies on the bench: variables, specimens, and people with more than one role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from sampling.actions.lab import Entry, enter_results
from sampling.actions.ledger import announce
from sampling.models import Campaign, Determination, Membership, Project, Specimen, User, Variable
from sampling.rules.codes import write_code
from tests.people import FRIDAY, make_member, make_record

MONDAY = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)

CARBON = {
    "analyte": "carbon",
    "unit": "%",
    "lod": 0.05,
    "plausible_min": 20,
    "plausible_max": 50,
    "hard_min": 0,
    "hard_max": 100,
}
DELTA = {"analyte": "delta_13c", "unit": "permil", "plausible_min": -35, "plausible_max": -10}
MASS = {"analyte": "dry_mass", "unit": "mg", "hard_min": 0}


def make_variable(project: Project, code: str, **fields: Any) -> Variable:
    record: Variable = make_record(Variable, project, code=code, **fields)
    return record


def make_specimens(campaign: Campaign, count: int, *, first: int = 0) -> list[Specimen]:
    specimens = [
        Specimen(
            project=campaign.project,
            scope=campaign.capture_scope,
            received_at=FRIDAY,
            code=write_code(first + number),
            kind="roots",
            collected_at=FRIDAY,
            date_precision="day",
        )
        for number in range(count)
    ]
    with transaction.atomic():
        Specimen.objects.bulk_create(specimens)
        announce(specimens)
    return specimens


def commit(rows: list[Any], *, project: Project, user: User, **how: Any) -> dict[str, Any]:
    """Enter rows and return the body of the answer."""
    entry = Entry(**{"mode": "commit", "on_error": "accept_valid", **how})
    return enter_results(rows, entry, project=project.pk, user=user, at=MONDAY).body


@pytest.fixture
def carbon(project: Project) -> Variable:
    return make_variable(project, "carbon_percent", **CARBON)


@pytest.fixture
def delta(project: Project) -> Variable:
    return make_variable(project, "delta_13c", **DELTA)


@pytest.fixture
def mass(project: Project) -> Variable:
    return make_variable(project, "dry_mass_mg", **MASS)


@pytest.fixture
def specimens(campaign: Campaign) -> list[Specimen]:
    return make_specimens(campaign, 3)


@pytest.fixture
def specimen(specimens: list[Specimen]) -> Specimen:
    return specimens[0]


@pytest.fixture
def enter(project: Project, lab_tech: User, carbon: Variable):
    """Return a function that enters one carbon content and returns the draft."""

    def entered(specimen: Specimen, value: Any = "41.2", **more: Any) -> Determination:
        row = {"specimen": specimen.code, "variable": carbon.code, "value": value, "unit": "%"}
        body = commit([{**row, **more}], project=project, user=lab_tech)
        return Determination.objects.get(pk=body["rows"][0]["result"])

    return entered


@pytest.fixture
def many_sided(project: Project) -> User:
    """Return a person who may enter, verify and approve."""
    return make_member(project, "many_sided", "lab_technician", "lab_verifier", "lab_manager")


@pytest.fixture
def second_role(lab_tech: User, project: Project) -> User:
    """Return the lab technician, made a verifier and a manager as well."""
    for role in ("lab_verifier", "lab_manager"):
        Membership.objects.create(user=lab_tech, project=project, role=role)
    return lab_tech
