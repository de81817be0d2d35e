"""Contrasts from the order to the stored result, and again when the site changes."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from estimates import tasks
from estimates.errors import OrderFinished, OrderRefused, ScenarioRefused
from estimates.models import Contrast, ContrastResult, ContrastRun
from estimates.orders import contrast_options
from estimates.orders.scenarios import (
    ContrastWish,
    Draft,
    cancel_contrast,
    create_scenario,
    order_contrast,
)
from estimates.runs import claims
from estimates.runs.contrasts import complete_contrast, refresh_contrasts, sweep_contrasts
from estimates.science.scenarios import methods, models
from sampling.errors import IdempotencyReused
from sampling.models import WeatherMonth
from tests.estimates.scenario_rows import BASELINE, OPTIONS, ask, carry_out, furnish, write
from tests.estimates.trial import change
from tests.people import FRIDAY

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def field(site):
    return furnish(site)


@pytest.fixture
def contrast(field, analyst):
    return ask(field, analyst)


def test_a_contrast_is_answered_by_every_method_and_model(contrast):
    run = carry_out(contrast)

    assert (run.state, run.failure_reason) == ("succeeded", "")
    found = ContrastResult.objects.filter(run=run)
    soc = found.get(
        quantity="soc", kind="difference", horizon_years=50, method="amg_v2", model="icbm"
    )
    assert soc.lower < soc.mean < soc.upper
    assert soc.mean == pytest.approx(soc.intervention_mean - soc.baseline_mean)
    assert (soc.method_version, soc.model_version) == (
        "yield_allometry 2026.1",
        "ICBM, holos_4, continuous",
    )
    gas = found.get(
        quantity="co2e", kind="difference", horizon_years=50, method="amg_v2", model="icbm"
    )
    assert gas.mean == pytest.approx(soc.mean * 44 / 12)
    root = found.get(quantity="root_c_input", kind="difference", method="bolinder_2007")
    assert root.mean / root.baseline_mean == pytest.approx(0.216)
    assert root.model == ""


def test_methods_and_models_are_never_pooled(contrast):
    run = carry_out(contrast)

    spreads = ContrastResult.objects.filter(run=run).exclude(kind="difference")
    assert {spread.mean for spread in spreads} == {None}
    by_models = spreads.get(quantity="soc", kind="models", horizon_years=20, method="amg_v2")
    means = ContrastResult.objects.filter(
        run=run, quantity="soc", kind="difference", horizon_years=20, method="amg_v2"
    ).values_list("mean", flat=True)
    assert (by_models.lower, by_models.upper) == pytest.approx((min(means), max(means)))
    assert set(by_models.details["names"]) == {"rothc", "icbm"}


def test_a_run_keeps_what_it_was_made_from_and_how_it_looks(contrast, field):
    run = carry_out(contrast)

    kinds = dict(run.inputs.values_list("kind", "record"))
    assert kinds["site"] == field.pk
    assert set(kinds) == {"site", "scenario", "parameter_set"}
    assert run.details["site"]["soil"]["clay_percent"] == 23.4
    assert run.details["budgets"][0]["shares"]
    figures = {figure.name: figure.svg for figure in run.figures.all()}
    assert set(figures) == {"stocks", "inputs", "shares"}
    for svg in figures.values():
        assert svg.startswith("<?xml")
        assert "yield_allometry 2026.1" in svg
        assert "Seed 3, 200 draws" in svg


def test_the_same_order_gives_the_same_numbers(contrast, field, analyst):
    first = carry_out(contrast)
    again = ContrastWish(
        site=field.pk,
        baseline=contrast.baseline_id,
        intervention=contrast.intervention_id,
        methods=contrast.methods,
        soil_models=contrast.soil_models,
        options=OPTIONS,
        seed=3,
    )

    second = carry_out(order_contrast(field.project, again, ordered_by=analyst, now=FRIDAY))

    assert first.input_sha256 == second.input_sha256
    numbers = [
        list(
            run.results.order_by(
                "quantity", "horizon_years", "kind", "method", "model"
            ).values_list("lower")
        )
        for run in (first, second)
    ]
    assert numbers[0] == numbers[1]


def test_too_little_data_is_an_answer_with_its_reason(contrast):
    WeatherMonth.objects.filter(month=7).delete()

    run = carry_out(contrast)

    assert (run.state, run.failure_code) == ("failed", "not_enough_data")
    assert "weather of 2000-07: load it" in run.failure_reason
    assert not run.results.exists()


def test_a_site_without_texture_is_named(contrast, field):
    change(field, clay_percent=None)

    run = carry_out(contrast)

    assert "has no clay" in run.failure_reason


def test_an_option_goes_before_the_row(field, analyst):
    contrast = ask(field, analyst, options={**OPTIONS, "clay_percent": 40.0, "draws": 250})

    run = carry_out(contrast)

    assert run.details["site"]["soil"]["clay_percent"] == 40.0
    assert run.details["draws"] == 250


@pytest.mark.parametrize(
    ("method", "evaporation", "says"),
    [
        ("PET, Penman", 30.0, "PET, Penman, over 0.75"),
        ("", None, "Thornthwaite 1948, over 0.75"),
    ],
)
def test_evaporation_that_no_pan_measured_has_a_stated_method(contrast, method, evaporation, says):
    WeatherMonth.objects.update(evaporation_method=method, evaporation_mm=evaporation)

    run = carry_out(contrast)

    weather = run.details["site"]["weather"]
    assert weather["evaporation_method"] == says
    if evaporation:
        assert weather["pan_evaporation_mm"] == [40.0] * 12


def test_thornthwaite_needs_a_latitude(contrast, field):
    WeatherMonth.objects.update(evaporation_mm=None)
    change(field, latitude=None, longitude=None)

    run = carry_out(contrast)

    assert "no latitude" in run.failure_reason


def test_a_new_month_of_weather_makes_the_contrast_stale_once(contrast, field):
    first = carry_out(contrast)
    assert refresh_contrasts(now=timezone.now()) == []
    WeatherMonth.objects.filter(month=1).update(mean_temperature_c=6.0)

    created = refresh_contrasts(now=timezone.now())

    assert len(created) == 1
    assert refresh_contrasts(now=timezone.now()) == []
    first.refresh_from_db()
    assert first.is_stale
    assert "changed" in first.stale_cause
    second = carry_out(contrast)
    assert (second.generation, second.supersedes) == (1, first)
    assert list(ContrastRun.objects.current()) == [second]
    assert first.results.exists()


def test_a_changed_row_of_the_site_makes_it_stale_too(contrast, field):
    carry_out(contrast)
    change(field, clay_percent=30.0)

    assert len(refresh_contrasts(now=timezone.now())) == 1


def test_a_lost_contrast_is_published_again(contrast):
    run = contrast.runs.get()

    assert sweep_contrasts(now=run.published_at + SECOND) == []
    assert sweep_contrasts(now=run.published_at + 60 * SECOND) == [run.pk]


def test_a_contrast_of_a_silent_worker_is_taken_up_by_another(contrast):
    run = contrast.runs.get()
    claim = claims.take_from(
        ContrastRun.objects.all(), run.pk, worker="dead", now=FRIDAY, related=()
    )

    assert claim is not None
    assert complete_contrast(run.pk, worker="alive")
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("succeeded", 2)


def test_a_contrast_done_is_not_done_twice(contrast):
    run = carry_out(contrast)

    assert complete_contrast(run.pk, worker="late") is False


def test_a_fault_gives_the_run_back_with_what_went_wrong(contrast):
    run = contrast.runs.get()

    def clock():
        if not seen:
            seen.append(1)
            return timezone.now()
        raise RuntimeError("the clock stopped")

    seen = []
    with pytest.raises(RuntimeError):
        complete_contrast(run.pk, worker="here", clock=clock)

    run.refresh_from_db()
    assert (run.state, run.last_error) == ("queued", "RuntimeError: the clock stopped")


def test_a_cancelled_contrast_stores_nothing(contrast, analyst):
    cancel_contrast(contrast, cancelled_by=analyst, now=timezone.now())

    assert complete_contrast(contrast.runs.get().pk, worker="here") is False
    assert contrast.runs.get().state == "cancelled"
    with pytest.raises(OrderFinished):
        cancel_contrast(contrast, cancelled_by=analyst, now=timezone.now())


def test_a_contrast_cancelled_while_it_is_computed_stores_nothing(contrast, analyst):
    def clock():
        calls.append(1)
        if len(calls) == 2:
            cancel_contrast(contrast, cancelled_by=analyst, now=timezone.now())
        return timezone.now()

    calls = []

    assert complete_contrast(contrast.runs.get().pk, worker="here", clock=clock) is False
    assert not ContrastResult.objects.exists()


def test_the_tasks_carry_out_sweep_and_refresh(contrast, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    run = contrast.runs.get()

    tasks.complete_contrast.apply(kwargs={"run_id": str(run.pk)})

    run.refresh_from_db()
    assert run.state == "succeeded"


def test_the_names_an_order_may_hold_are_those_science_knows():
    assert contrast_options.INPUT_METHODS == methods.NAMES
    assert contrast_options.SOIL_MODELS == models.NAMES


def test_asking_twice_under_one_id_makes_one_contrast(field, analyst):
    pk = uuid.uuid4()
    draft = Draft(id=uuid.uuid4(), name="plain", intervention="baseline", document=BASELINE)
    scenarios = [
        create_scenario(field.project, draft, created_by=analyst, now=FRIDAY) for _ in range(2)
    ]
    assert scenarios[0] == scenarios[1]

    first = ask(field, analyst, id=pk)
    wish = ContrastWish(
        id=pk,
        site=field.pk,
        baseline=first.baseline_id,
        intervention=first.intervention_id,
        methods=first.methods,
        soil_models=first.soil_models,
        options=OPTIONS,
        seed=3,
    )
    again = order_contrast(field.project, wish, ordered_by=analyst, now=FRIDAY)

    assert first == again
    assert Contrast.objects.count() == ContrastRun.objects.count() == 1


def test_another_content_under_a_known_id_is_refused(field, analyst):
    contrast = ask(field, analyst, id=uuid.uuid4())
    wish = ContrastWish(
        id=contrast.pk,
        site=field.pk,
        baseline=contrast.baseline_id,
        intervention=contrast.intervention_id,
        options=OPTIONS,
    )
    with pytest.raises(IdempotencyReused):
        order_contrast(field.project, wish, ordered_by=analyst, now=FRIDAY)

    draft = Draft(id=contrast.baseline_id, name="other", intervention="baseline", document=BASELINE)
    with pytest.raises(IdempotencyReused):
        create_scenario(field.project, draft, created_by=analyst, now=FRIDAY)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "1 to 120 characters"),
        ({"intervention": "magic"}, "one of: baseline"),
        ({"document": {"years": []}}, "1 to 12 years"),
        ({"name": "as it is"}, "another name"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_with_its_sentence(field, analyst, changed, words):
    write(field.project, analyst, "as it is", BASELINE)
    draft = {"name": "new", "intervention": "baseline", "document": BASELINE}

    with pytest.raises(ScenarioRefused, match=words):
        create_scenario(
            field.project, Draft(**{**draft, **changed}), created_by=analyst, now=FRIDAY
        )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"baseline": uuid.uuid4()}, "no scenario of the project"),
        ({"methods": ["guess"]}, "'guess' is not known"),
        ({"methods": []}, "Choose one or more of: bolinder_2007"),
        ({"soil_models": ["yasso"]}, "'yasso' is not known"),
        ({"horizons_years": []}, "Horizons are"),
        ({"horizons_years": [0]}, "Horizons are"),
        ({"seed": -1}, "A seed is a whole number"),
        ({"options": {}}, "soc_t_ha is needed"),
        ({"options": {"soc_t_ha": "much"}}, "soc_t_ha is a number"),
        ({"options": {"soc_t_ha": True}}, "soc_t_ha is a number"),
        ({"options": {"soc_t_ha": 0}}, "soc_t_ha is 0.1 to 1000"),
        ({"options": {"soc_t_ha": 40, "draws": 300.5}}, "draws is a whole number"),
        ({"options": {"soc_t_ha": 40, "colour": 1}}, "colour is no option"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_sentence(field, analyst, changed, words):
    with pytest.raises(OrderRefused, match=words):
        ask(field, analyst, **changed)


def test_a_site_of_nobody_is_refused(contrast, field, analyst):
    wish = ContrastWish(
        site=uuid.uuid4(),
        baseline=contrast.baseline_id,
        intervention=contrast.intervention_id,
        options=OPTIONS,
    )

    with pytest.raises(OrderRefused, match="no site of the project"):
        order_contrast(field.project, wish, ordered_by=analyst, now=FRIDAY)


def test_a_scenario_is_not_compared_with_itself(field, analyst):
    scenario = write(field.project, analyst, "as it is", BASELINE)
    wish = ContrastWish(
        site=field.pk, baseline=scenario.pk, intervention=scenario.pk, options=OPTIONS
    )

    with pytest.raises(OrderRefused, match="two different"):
        order_contrast(field.project, wish, ordered_by=analyst, now=FRIDAY)
