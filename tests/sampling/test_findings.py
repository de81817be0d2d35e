"""Doubtful records are flagged, and the flag goes when its reason does."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sampling.actions.findings import accept_finding, review_changes
from sampling.actions.records import change_record, create_captured
from sampling.errors import StateConflict
from sampling.models import (
    Campaign,
    CoreSegment,
    Determination,
    Finding,
    Measurement,
    Plot,
    Project,
    RootFraction,
    SamplingPoint,
    SoilCore,
    Specimen,
    SpecimenLink,
    User,
    Variable,
)
from sampling.rules.codes import write_code
from tests.people import FRIDAY, make_record

pytestmark = pytest.mark.django_db


class Capture:
    """Captures records as the field lead would."""

    def __init__(self, campaign: Campaign, user: User, plot: Plot) -> None:
        self.campaign, self.user, self.plot = campaign, user, plot

    def __call__(self, model: Any, **fields: Any) -> Any:
        return create_captured(
            model, fields, campaign=self.campaign, user=self.user.id, via="api", at=FRIDAY
        )

    def core(self, **fields: Any) -> SoilCore:
        point = self(SamplingPoint, plot=self.plot.id, code="P")
        good = {"inner_diameter_cm": 6.0, "date_precision": "day", "collected_on": "2026-05-01"}
        core: SoilCore = self(SoilCore, sampling_point=point.id, code="C", **{**good, **fields})
        return core

    def segment(self, core: SoilCore, upper: float, lower: float | None) -> CoreSegment:
        segment: CoreSegment = self(
            CoreSegment,
            soil_core=core.id,
            upper_depth_cm=upper,
            lower_depth_cm=lower,
            is_to_refusal=lower is None,
        )
        return segment


@pytest.fixture
def capture(campaign: Campaign, field_lead: User, plot: Plot) -> Capture:
    return Capture(campaign, field_lead, plot)


def rules() -> dict[str, str]:
    return dict(Finding.objects.values_list("rule", "state"))


def test_a_good_core_raises_no_doubt(capture: Capture) -> None:
    core = capture.core()
    for upper in (0, 30):
        capture.segment(core, upper, upper + 30)

    looked_at = review_changes()

    assert looked_at == 4
    assert rules() == {}


def test_overlaps_gaps_refusal_year_only_dates_and_missing_diameters_are_flagged(
    capture: Capture,
) -> None:
    core = capture.core(inner_diameter_cm=None, date_precision="year")
    for upper, lower in ((0, 10), (11, 21), (20, 40), (40, None)):
        capture.segment(core, upper, lower)

    review_changes()

    assert set(rules()) == {
        "area-unknown",
        "date-imprecise",
        "layers-gap",
        "layers-overlap",
        "to-refusal",
    }


def test_a_doubt_is_fixed_when_the_record_is_mended_and_opens_again_when_it_returns(
    capture: Capture, field_lead: User
) -> None:
    core = capture.core()
    capture.segment(core, 0, 10)
    below = capture.segment(core, 12, 20)
    states = []
    for upper in (12, 10, 11):
        below = change_record(
            below, {"upper_depth_cm": upper}, user=field_lead.id, via="api", at=FRIDAY
        )
        review_changes()
        states.append(rules()["layers-gap"])

    assert states == ["open", "fixed", "open"]


def test_limits_and_reasons_instead_of_numbers_are_noted(capture: Capture, project: Any) -> None:
    variable = make_record(
        Variable, project, code="dead", analyte="dead roots", unit="%", place="field"
    )
    segment = capture.segment(capture.core(), 0, 10)
    fraction = capture(
        RootFraction,
        core_segment=segment.id,
        dry_mass_reason="not_sampled",
        dry_mass_as_entered="Sample DNE",
    )
    capture(
        Measurement,
        root_fraction=fraction.id,
        variable=variable.id,
        censoring="lt",
        limit=10,
        as_entered="<10",
    )

    review_changes()

    messages = set(Finding.objects.values_list("message", flat=True))
    assert messages == {
        "dry mass is missing: not sampled (typed: Sample DNE).",
        "dead roots is a limit: <10.",
    }


def test_a_code_on_two_bags_and_a_misread_code_are_flagged(capture: Capture) -> None:
    for code in (write_code(1), write_code(1), write_code(2)[:-1] + "X"):
        capture(Specimen, kind="roots", code=code)

    review_changes()

    assert Finding.objects.filter(rule="code-twice").count() == 2
    assert Finding.objects.filter(rule="code-unreadable").count() == 1


def test_reviewing_again_changes_nothing(capture: Capture) -> None:
    capture.core(date_precision="year")
    review_changes()

    looked_at = review_changes()

    assert looked_at == 0
    assert Finding.objects.count() == 1


def test_an_accepted_finding_stays_accepted_and_is_accepted_once(
    capture: Capture, field_lead: User
) -> None:
    core = capture.core(date_precision="year")
    review_changes()
    finding = Finding.objects.get()
    accept_finding(finding, by=field_lead, reason="The notebook says no more.", at=FRIDAY)
    change_record(core, {"note": "wet"}, user=field_lead.id, via="api", at=FRIDAY)

    review_changes()

    finding.refresh_from_db()
    assert finding.state == "accepted"
    with pytest.raises(StateConflict):
        accept_finding(finding, by=field_lead, reason="again", at=FRIDAY)


def test_a_scope_that_is_no_campaign_of_ours_is_left_alone() -> None:
    assert review_changes() == 0
    assert not Finding.objects.filter(record=uuid.uuid4()).exists()


class Bench:
    """Determines masses of specimens; nobody has to approve them for a doubt to be raised."""

    def __init__(self, project: Project, lab_tech: User) -> None:
        self.project, self.lab_tech = project, lab_tech
        self.variables = {
            name: make_record(Variable, project, code=name, analyte=name, unit=unit, place="lab")
            for name, unit in (("Fresh_mass", "kg"), ("rest_mass", "g"), ("dry_mass", "g/kg"))
        }

    def weigh(self, specimen: Specimen, name: str, value: float) -> Determination:
        variable = self.variables[name]
        return Determination.objects.create(
            project=self.project,
            specimen=specimen,
            variable=variable,
            value=value,
            unit=variable.unit,
            state="submitted",
            entered_by=self.lab_tech,
            entered_at=FRIDAY,
        )


@pytest.fixture
def bench(project: Project, lab_tech: User) -> Bench:
    return Bench(project, lab_tech)


def test_a_division_that_does_not_close_is_flagged_until_it_is_mended(
    capture: Capture, bench: Bench, field_lead: User
) -> None:
    """By hand: 250 + 700 of 1000 g; 290 g would close it, and do; the capsule is no division."""
    bag, washed, capsule = (
        capture(Specimen, kind="soil", code=write_code(number)) for number in (1, 2, 3)
    )
    part = capture(
        SpecimenLink, parent=bag.id, child=washed.id, relation="split", mass_taken_g=250.0
    )
    capture(SpecimenLink, parent=bag.id, child=capsule.id, relation="capsule", mass_taken_g=90.0)
    review_changes()
    before = rules()
    bench.weigh(bag, "Fresh_mass", 1.0)
    bench.weigh(bag, "rest_mass", 700.0)
    bench.weigh(bag, "dry_mass", 3.0)  # in a unit that is no mass

    looked_at = review_changes()

    finding = Finding.objects.get()
    assert (before, looked_at, review_changes()) == ({}, 1, 0)
    assert (finding.rule, finding.severity, finding.record) == (
        "mass-not-closing",
        "warning",
        bag.id,
    )
    assert "50 g are missing" in finding.message
    change_record(part, {"mass_taken_g": 290.0}, user=field_lead.id, via="api", at=FRIDAY)
    review_changes()
    assert rules() == {"mass-not-closing": "fixed"}


def test_a_weighing_withdrawn_by_the_bench_mends_it(capture: Capture, bench: Bench) -> None:
    bag, part = (capture(Specimen, kind="roots", code=write_code(number)) for number in (1, 2))
    capture(SpecimenLink, parent=bag.id, child=part.id, relation="split", mass_taken_g=30.0)
    weighing = bench.weigh(bag, "Fresh_mass", 0.02)
    review_changes()
    before = rules()

    Determination.objects.filter(pk=weighing.pk).update(state="discarded", version=2)
    review_changes()

    assert (before, rules()) == (
        {"mass-not-closing": "open"},
        {"mass-not-closing": "fixed"},
    )
