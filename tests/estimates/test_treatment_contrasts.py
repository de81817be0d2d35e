"""Treatments that were measured against the control of their study."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from estimates.models import EstimateFigure, EstimateRun, TreatmentContrast
from sampling.models import Treatment
from tests.estimates.conftest import complete
from tests.estimates.trial import change


@pytest.fixture
def control(trial):
    treatment = Treatment.objects.get(code="T1")
    change(treatment, is_control=True)
    return treatment


def test_a_treatment_is_compared_with_the_control_of_its_study(control, order):
    complete(order)

    found = {row.quantity: row for row in TreatmentContrast.objects.current()}
    assert set(found) == {"root_c_stock", "c_input"}
    stock = found["root_c_stock"]
    assert (stock.treatment.code, stock.baseline) == ("T2", control)
    assert stock.lower <= stock.mean <= stock.upper
    assert stock.sd == pytest.approx((stock.standard_error**2 + stock.shared_sd**2) ** 0.5)
    assert (stock.unit, stock.blocks) == ("g m-2", 2)
    means = {
        result.treatment.code: result.mean
        for result in order.runs.get(is_summary=True, method="measured_cores").results.filter(
            quantity="root_c_stock"
        )
    }
    assert stock.mean == pytest.approx(means["T2"] - means["T1"], rel=1e-6)


def test_without_one_control_the_summary_says_why_there_is_no_contrast(order, analyst, client):
    complete(order)

    assert not TreatmentContrast.objects.exists()
    client.force_login(analyst)
    page = client.get(f"/projects/{order.project_id}/estimates/{order.pk}/").content.decode()
    assert "0 of its treatments are controls" in page


def test_too_few_plots_are_said_too(control, trial, order, analyst):
    EstimateRun.objects.of_plots().exclude(plot__in=trial.plots[:2]).update(
        state="cancelled", finished_at=order.ordered_at
    )

    complete(order)

    summary = EstimateRun.objects.get(is_summary=True, method="measured_cores")
    assert not TreatmentContrast.objects.exists()
    assert "no replicates" in summary.details["without_contrast"][0]


def test_contrasts_are_read_over_the_api_and_on_the_page(
    control, order, client_for, client, analyst, outsider
):
    complete(order)

    rows = client_for(analyst).get(
        "/api/v1/treatment-contrasts", {"order": order.pk, "current": "true"}
    )
    assert {row["baseline_code"] for row in rows.json()["results"]} == {"T1"}
    assert len(rows.json()["results"]) == 2
    assert client_for(outsider).get("/api/v1/treatment-contrasts").json()["results"] == []
    client.force_login(analyst)
    page = client.get(f"/projects/{order.project_id}/estimates/{order.pk}/").content.decode()
    assert "Treatments against their control" in page
    version = str(order.runs.first().parameter_set)
    assert version in page
    _file_holds_the_differences(client, order, version)
    _drawings_say_what_made_them(order, version)


def _file_holds_the_differences(client, order, version):
    url = f"/projects/{order.project_id}/estimates/{order.pk}/results.csv"
    table = list(csv.DictReader(io.StringIO(client.get(url).content.decode())))
    found = [row for row in table if row["level"] == "treatment_contrast"]
    assert {row["quantity"] for row in found} == {"root_c_stock", "c_input"}
    for row in found:
        stored = TreatmentContrast.objects.get(quantity=row["quantity"])
        assert (row["treatment"], row["baseline_treatment"]) == ("T2", "T1")
        assert float(row["mean"]) == stored.mean
        assert float(row["degrees_of_freedom"]) == stored.degrees_of_freedom
        assert (row["unit"], row["method"]) == (stored.unit, "measured_cores")
        assert f"{row['parameter_set_name']} {row['parameter_set']}" == version
        assert row["code_version"].startswith("science-")
    means = [row for row in table if row["level"] == "treatment"]
    assert all(row["standard_error"] and row["blocks"] == "2" for row in means)


def _drawings_say_what_made_them(order, version):
    drawn = EstimateFigure.objects.filter(run__order=order)
    assert drawn.count() == 5
    for figure in drawn:
        assert f"measured_cores ({version}). Seed {order.seed}, science-" in figure.svg


def test_the_database_keeps_the_rules_of_a_contrast(control, order):
    complete(order)
    row = TreatmentContrast.objects.filter(quantity="root_c_stock").get()

    for fields, constraint in (
        ({}, "treatmentcontrast_once"),
        ({"treatment": control}, "treatmentcontrast_of_two"),
        ({"quantity": "c_input"}, "treatmentcontrast_(unit_of_quantity|once)"),
        ({"mean": float("nan")}, "treatmentcontrast_mean_is_a_number"),
        ({"lower": float("-inf")}, "treatmentcontrast_lower_is_a_number"),
        ({"upper": float("nan")}, "treatmentcontrast_upper_is_a_number"),
        ({"sd": -1.0}, "treatmentcontrast_sd_from_zero"),
        ({"lower": 5e8}, "treatmentcontrast_interval_in_order"),
    ):
        twin = TreatmentContrast.objects.get(pk=row.pk)
        twin.pk = uuid.uuid4()
        for name, value in fields.items():
            setattr(twin, name, value)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            TreatmentContrast.objects.bulk_create([twin])
    with pytest.raises(DatabaseError), transaction.atomic():
        TreatmentContrast.objects.update(mean=0.0)
