"""Orders of measured cores in lines: by way, by species of a mixture, by plant."""

from __future__ import annotations

import csv
import io
import math

import pytest
from django.db import IntegrityError, transaction

from estimates.models import EstimateResult
from estimates.orders.table import csv_answer
from sampling.models import CropStand, Measurement, RootFraction, SamplingPoint
from tests.estimates.test_cleaning_orders import ordered, variable
from tests.estimates.trial import change, codes, inputs_of, plant, store, synced


@pytest.fixture
def one_plot(bare_trial, study):
    plant(bare_trial, study, plots=1, cores=2)
    return bare_trial


def stand_of(trial):
    return CropStand.objects.get(plot=trial.plots[0])


def shares_of(trial):
    stands = inputs_of(trial, trial.plots[0]).plot.stands
    return {stand.species: (round(stand.share, 4), stand.share_sd) for stand in stands}


def measure(trial, analyte, unit, *values):
    of = variable(trial, analyte, analyte, unit)
    captured = synced(trial.campaign, captured=True)
    store([Measurement(**captured, plot=trial.plots[0], variable=of, value=v) for v in values])


def test_the_lines_of_an_input_are_results_of_their_own(one_plot, analyst, client_for):
    run = ordered(one_plot, analyst, extrapolate=True, target_depth_cm=150)

    found = {row.quantity: row for row in run.results.filter(level="plot")}
    of_roots = ("standing_c_input", "turnover_c_input", "deep_root_c_input")
    assert math.fsum(found[name].mean for name in of_roots) == pytest.approx(
        found["root_c_input"].mean
    )
    assert found["root_c_input"].mean + found["rhizodeposit_c_input"].mean == pytest.approx(
        found["c_input"].mean
    )
    depths = {name: (row.upper_depth_cm, row.lower_depth_cm) for name, row in found.items()}
    assert depths["deep_root_c_input"] == (100, 150)
    assert depths["standing_c_input"] == (0, 100)
    assert depths["root_c_input"] == (0, 150)
    answer = client_for(analyst).get(f"/projects/{run.order.project_id}/estimates/runs/{run.pk}/")
    assert "C input of roots below the sampled depth" in answer.content.decode()


def test_a_mixture_has_a_line_for_each_species(one_plot, analyst, client_for):
    change(stand_of(one_plot), species="wheat and pea", species_shares={"pea": 0.4, "wheat": 0.6})
    for fraction in one_plot.fractions:
        change(fraction, species="Pea", species_share=0.25, species_share_method="FTIR")

    run = ordered(one_plot, analyst)

    assert shares_of(one_plot) == {"pea": (0.25, 0.05), "wheat": (0.75, 0.05)}
    by_species = {row.species: row for row in run.results.filter(level="species")}
    whole = run.results.get(level="plot", quantity="c_input")
    assert by_species["pea"].mean / whole.mean == pytest.approx(0.25, abs=0.01)
    assert sum(row.mean for row in by_species.values()) == pytest.approx(whole.mean)
    rows = list(csv.DictReader(io.StringIO(csv_answer(run.order).content.decode())))
    assert {row["species"] for row in rows if row["level"] == "species"} == {"pea", "wheat"}
    answer = client_for(analyst).get(f"/projects/{run.order.project_id}/estimates/runs/{run.pk}/")
    assert "C input by species" in answer.content.decode()
    listed = client_for(analyst).get(f"/api/v1/estimate-results?run={run.pk}&level=species")
    assert {row["species"] for row in listed.json()["results"]} == {"pea", "wheat"}


def test_shares_as_grown_carry_an_error_and_are_told(one_plot):
    change(stand_of(one_plot), species="mix", species_shares={"pea": 0.4, "wheat": 0.6})

    assert shares_of(one_plot) == {"pea": (0.4, 0.1), "wheat": (0.6, 0.1)}
    assert "root_shares_as_grown" in codes(inputs_of(one_plot, one_plot.plots[0]))


def test_several_stands_share_what_nobody_told(one_plot):
    setting = synced(one_plot.campaign, captured=False)
    store([CropStand(**setting, plot=one_plot.plots[0], season=2026, species="clover")])

    shares = shares_of(one_plot)

    assert shares["clover"] == (0.5, pytest.approx(1 / math.sqrt(12)))


def test_a_species_that_was_not_sown_counts_and_is_told(one_plot):
    for fraction in one_plot.fractions[::2]:
        change(fraction, species="dock")
    for fraction in one_plot.fractions[1::2]:
        change(fraction, species="wheat")

    inputs = inputs_of(one_plot, one_plot.plots[0])

    assert {stand.species for stand in inputs.plot.stands} == {"winter wheat", "dock"}
    assert sum(stand.share for stand in inputs.plot.stands) == pytest.approx(1.0)
    assert "species_not_grown" in codes(inputs)


@pytest.mark.parametrize("name", ["Triticum aestivum", "winter wheat"])
def test_another_name_for_a_pure_stand_changes_nothing(one_plot, name):
    for fraction in one_plot.fractions:
        change(fraction, species=name)

    assert shares_of(one_plot) == {"winter wheat": (1.0, 0.0)}


def test_crowns_are_counted_by_plant_and_not_in_cores(one_plot, analyst):
    """By hand: mean of 2 and 3 g x 200 per m2 = 500 g, x .4001 = 200 g C."""
    crown = RootFraction(
        **synced(one_plot.campaign, captured=True),
        core_segment=one_plot.segments[0],
        kind="crown",
        dry_mass_g=5.0,
    )
    store([crown])
    measure(one_plot, "crown_dry_mass", "g", 2.0, 3.0)
    measure(one_plot, "plant_density", "1/m2", 200.0)
    change(SamplingPoint.objects.first(), position="plant")

    inputs = inputs_of(one_plot, one_plot.plots[0])
    run = ordered(one_plot, analyst)

    assert {"counted_by_plant", "core_on_plant"} <= codes(inputs)
    stock = run.results.get(quantity="crown_c_stock")
    assert (stock.mean, stock.unit) == (pytest.approx(200.0, rel=0.02), "g m-2")
    assert run.results.get(quantity="crown_c_input").mean == pytest.approx(stock.mean)
    used = {item.kind for item in run.inputs.all()}
    assert "measurement" in used


def test_crowns_without_a_density_are_told(one_plot):
    measure(one_plot, "crown_dry_mass", "g", 2.0, 3.0)

    inputs = inputs_of(one_plot, one_plot.plots[0])

    assert inputs.plot.dug == ()
    assert "no_plant_density" in codes(inputs)


def test_a_species_is_named_at_its_level_only(one_plot, analyst):
    run = ordered(one_plot, analyst)
    known = run.results.get(quantity="c_input", level="plot")
    row = {
        "run": run,
        "quantity": "c_input",
        "method": "measured_cores",
        "unit": known.unit,
        **dict.fromkeys(("mean", "sd", "lower", "upper"), 1.0),
    }

    for level, species in (("plot", "wheat"), ("species", "")):
        with pytest.raises(IntegrityError, match="species_named"), transaction.atomic():
            EstimateResult.objects.create(**row, level=level, species=species)
