"""Rules the database keeps whoever writes, tried by roads that skip our code."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from estimates.models import EstimateInput, EstimateOrder, EstimateResult, EstimateRun, ParameterSet


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def run(order):
    return EstimateRun.objects.of_plots().first()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost'", "estimaterun_(finished_at_end|state_known)"),
        ("state = 'running'", "estimaterun_held_under_a_lease"),
        ("claim = gen_random_uuid()", "estimaterun_held_under_a_lease"),
        ("state = 'failed', finished_at = now()", "estimaterun_failed_with_a_reason"),
        ("failure_reason = 'none'", "estimaterun_failed_with_a_reason"),
        ("state = 'cancelled'", "estimaterun_finished_at_end"),
        ("state = 'succeeded', finished_at = now()", "estimaterun_success_knows_inputs"),
        ("cause = 'recomputed'", "estimaterun_recomputed_from_another"),
        ("is_stale = true", "estimaterun_stale_with_a_cause"),
        ("attempt = 6", "estimaterun_attempts_range"),
        ("plot_id = NULL", "estimaterun_plot_or_summary"),
        ("is_summary = true", "estimaterun_plot_or_summary"),
    ],
)
def test_a_run_keeps_its_rules(run, change, constraint):
    with refused(constraint):
        sql(f"UPDATE estimates_estimaterun SET {change} WHERE id = %s", run.pk)


def test_a_plot_has_one_active_run_in_an_order(run):
    twin = EstimateRun.objects.get(pk=run.pk)
    twin.pk, twin.generation, twin.cause, twin.cause_text = uuid.uuid4(), 1, "recomputed", "again"
    twin.supersedes = run

    with refused("estimaterun_one_active"), transaction.atomic():
        EstimateRun.objects.bulk_create([twin])


def test_an_order_has_one_active_summary(order):
    summary = EstimateRun.objects.get(is_summary=True)
    twin = EstimateRun.objects.get(pk=summary.pk)
    twin.pk, twin.generation, twin.cause, twin.cause_text = uuid.uuid4(), 1, "recomputed", "again"
    twin.supersedes = summary

    with refused("estimaterun_one_active"), transaction.atomic():
        EstimateRun.objects.bulk_create([twin])


def test_a_finished_run_is_never_changed(finished_plot):
    with pytest.raises(DatabaseError, match="superseded, never changed"):
        sql("UPDATE estimates_estimaterun SET attempt = 2")


def test_a_finished_run_can_become_stale(finished_plot):
    sql("UPDATE estimates_estimaterun SET is_stale = true, stale_cause = 'x', stale_at = now()")

    assert EstimateRun.objects.filter(is_stale=True).count() == 2


@pytest.mark.parametrize(
    "table",
    ["estimateresult", "estimateinput", "estimatefigure", "parameterset"],
)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_found_is_neither_changed_nor_removed(finished_plot, table, change):
    with pytest.raises(DatabaseError, match=r"append_only|Cannot (update|delete)"):
        sql(change.format(f"estimates_{table}"))


@pytest.mark.parametrize("table", ["estimateorder", "estimaterun"])
def test_orders_and_runs_are_never_removed(finished_plot, table):
    with pytest.raises(DatabaseError, match="Cannot delete"):
        sql(f"DELETE FROM estimates_{table}")


def test_the_content_of_an_order_never_changes(order):
    with pytest.raises(DatabaseError, match="Cannot update"):
        sql("UPDATE estimates_estimateorder SET seed = 8")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"seed": -1}, "estimateorder_seed_from_zero"),
        ({"methods": []}, "estimateorder_names_a_method"),
        ({"cancelled_at": timezone.now()}, "estimateorder_cancelled_by_somebody"),
    ],
)
def test_an_order_keeps_its_rules(order, change, constraint):
    twin = EstimateOrder.objects.get(pk=order.pk)
    twin.pk = uuid.uuid4()
    for name, value in change.items():
        setattr(twin, name, value)

    with refused(constraint), transaction.atomic():
        EstimateOrder.objects.bulk_create([twin])


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"mean": float("nan")}, "estimateresult_mean_is_a_number"),
        ({"upper": float("inf")}, "estimateresult_upper_is_a_number"),
        ({"lower": float("-inf")}, "estimateresult_lower_is_a_number"),
        ({"median": float("nan")}, "estimateresult_median_is_a_number"),
        ({"sd": -1.0}, "estimateresult_sd_from_zero"),
        ({"sd": float("nan")}, "estimateresult_sd_from_zero"),
        ({"lower": 3.0, "upper": 2.0}, "estimateresult_interval_in_order"),
        ({"unit": "kg ha-1"}, "estimateresult_unit_of_quantity"),
        ({"quantity": "soc"}, "estimateresult_unit_of_quantity"),
        ({"level": "core"}, "estimateresult_level_known"),
        ({"level": "treatment"}, "estimateresult_treatment_named"),
        ({"upper_depth_cm": 400.0}, "estimateresult_depths_in_order"),
        ({}, "estimateresult_once"),
    ],
)
def test_a_result_keeps_its_rules(finished_plot, change, constraint):
    result = EstimateResult.objects.filter(level="plot", quantity="root_c_stock").first()
    result.pk = uuid.uuid4()
    if constraint != "estimateresult_once":
        result.lower_depth_cm = 333.0
    for name, value in change.items():
        setattr(result, name, value)

    with refused(constraint), transaction.atomic():
        EstimateResult.objects.bulk_create([result])


def test_an_input_stands_once_in_a_run(finished_plot):
    row = EstimateInput.objects.first()
    row.pk = None

    with refused("estimateinput_once"), transaction.atomic():
        EstimateInput.objects.bulk_create([row])


def test_a_parameter_set_has_one_content_for_a_version(order):
    twin = ParameterSet.objects.get(method="measured_cores")
    twin.pk = uuid.uuid4()

    with refused("parameterset_version_once"), transaction.atomic():
        ParameterSet.objects.bulk_create([twin])


def test_a_parameter_set_has_a_whole_digest(order):
    twin = ParameterSet.objects.get(method="measured_cores")
    twin.pk, twin.version, twin.sha256 = uuid.uuid4(), "2", "abc"

    with refused("parameterset_sha256_whole"), transaction.atomic():
        ParameterSet.objects.bulk_create([twin])
