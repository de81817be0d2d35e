"""Rules the database keeps of scenarios and contrasts, tried by roads that skip our code."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from estimates.models import Contrast, ContrastResult, ContrastRun, Scenario
from tests.estimates.scenario_rows import BASELINE, ask, carry_out, furnish, write


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def contrast(site, analyst):
    return ask(furnish(site), analyst, methods=["amg_v2"], soil_models=["amg"])


def copied(row, **fields):
    """Insert a copy of a row with other values, past every check of ours."""
    twin = type(row).objects.get(pk=row.pk)
    twin.pk = uuid.uuid4()
    for name, value in fields.items():
        setattr(twin, name, value)
    with transaction.atomic():
        type(row).objects.bulk_create([twin])


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"name": "twin", "intervention": "magic"}, "scenario_intervention_known"),
        ({}, "scenario_name_once"),
        ({"name": ""}, "scenario_has_a_name"),
        ({"name": "twin", "sha256": "x"}, "scenario_sha256_whole"),
    ],
)
def test_a_scenario_keeps_its_rules(project, analyst, fields, constraint):
    scenario = write(project, analyst, "as it is", BASELINE)

    with refused(constraint):
        copied(scenario, **fields)


def test_a_scenario_is_never_changed_or_deleted(project, analyst):
    scenario = write(project, analyst, "as it is", BASELINE)

    with pytest.raises(DatabaseError):
        sql("UPDATE estimates_scenario SET note = 'x' WHERE id = %s", scenario.pk)
    with pytest.raises(DatabaseError):
        sql("DELETE FROM estimates_scenario WHERE id = %s", scenario.pk)
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"seed": -1}, "contrast_seed_from_zero"),
        ({"methods": []}, "contrast_names_method_and_model"),
        ({"soil_models": []}, "contrast_names_method_and_model"),
        ({"horizons_years": []}, "contrast_has_a_horizon"),
    ],
)
def test_a_contrast_keeps_its_rules(contrast, fields, constraint):
    with refused(constraint):
        copied(contrast, **fields)


def test_a_contrast_compares_two_scenarios(contrast):
    with refused("contrast_of_two_scenarios"):
        copied(contrast, intervention_id=contrast.baseline_id)


def test_a_cancelled_contrast_names_who(contrast):
    with refused("contrast_cancelled_by_somebody"):
        sql("UPDATE estimates_contrast SET cancelled_at = now() WHERE id = %s", contrast.pk)


def test_what_a_contrast_asks_is_fixed(contrast):
    with pytest.raises(DatabaseError):
        sql("UPDATE estimates_contrast SET seed = 9 WHERE id = %s", contrast.pk)
    with pytest.raises(DatabaseError):
        sql("DELETE FROM estimates_contrast WHERE id = %s", contrast.pk)
    assert Contrast.objects.get().seed == 3


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost'", "contrastrun_(finished_at_end|state_known)"),
        ("state = 'running'", "contrastrun_held_under_a_lease"),
        ("state = 'failed', finished_at = now()", "contrastrun_failed_with_a_reason"),
        ("state = 'cancelled'", "contrastrun_finished_at_end"),
        ("state = 'succeeded', finished_at = now()", "contrastrun_success_knows_inputs"),
        ("cause = 'recomputed'", "contrastrun_recomputed_from_another"),
        ("cause = 'guessed'", "contrastrun_(cause_known|recomputed_from_another)"),
        ("is_stale = true", "contrastrun_stale_with_a_cause"),
        ("attempt = 6", "contrastrun_attempts_range"),
    ],
)
def test_a_run_of_a_contrast_keeps_its_rules(contrast, change, constraint):
    run = contrast.runs.get()

    with refused(constraint):
        sql(f"UPDATE estimates_contrastrun SET {change} WHERE id = %s", run.pk)


def test_a_contrast_has_one_active_run_and_each_generation_once(contrast):
    run = contrast.runs.get()

    with refused("contrastrun_one_active"):
        copied(run, generation=1, cause="recomputed", cause_text="again", supersedes=run)
    carry_out(contrast)
    with refused("contrastrun_generation_once"):
        copied(run, state="queued", finished_at=None)


def test_a_finished_run_and_what_it_found_stay_as_they_are(contrast):
    run = carry_out(contrast)

    with pytest.raises(DatabaseError, match="contrast run"):
        sql("UPDATE estimates_contrastrun SET worker = 'x' WHERE id = %s", run.pk)
    for table in ("contrastrun", "contrastresult", "contrastinput", "contrastfigure"):
        with pytest.raises(DatabaseError):
            sql(f"DELETE FROM estimates_{table}")
    assert ContrastRun.objects.count() == 1


RESULT_RULES = [
    ({"kind": "pooled"}, "contrastresult_(kind_known|spread_has_no_mean)"),
    ({}, "contrastresult_once"),
    ({"method": "x", "unit": "g"}, "contrastresult_unit_of_quantity"),
    ({"method": "x", "mean": None}, "contrastresult_spread_has_no_mean"),
    ({"method": "x", "kind": "models"}, "contrastresult_spread_has_no_mean"),
    ({"method": "x", "mean": float("nan")}, "contrastresult_mean_is_a_number"),
    ({"method": "x", "median": float("inf")}, "contrastresult_median_is_a_number"),
    ({"method": "x", "upper": float("nan")}, "contrastresult_upper_is_a_number"),
    ({"method": "x", "lower": -1e12}, "contrastresult_lower_is_a_number"),
    ({"method": "x", "sd": -1.0}, "contrastresult_sd_from_zero"),
    ({"method": "x", "lower": 5e8}, "contrastresult_interval_in_order"),
]


def test_a_result_of_a_contrast_keeps_its_rules(contrast):
    run = carry_out(contrast)
    result = ContrastResult.objects.filter(run=run, kind="difference").first()

    for fields, constraint in RESULT_RULES:
        with refused(constraint):
            copied(result, **fields)


def test_an_input_and_a_drawing_stand_once(contrast):
    run = carry_out(contrast)
    for row, constraint in (
        (run.inputs.first(), "contrastinput_once"),
        (run.figures.first(), "contrastfigure_once"),
    ):
        row.pk = None
        with refused(constraint), transaction.atomic():
            type(row).objects.bulk_create([row])
