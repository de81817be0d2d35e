"""Orders that clean measured roots by C or isotopes, on rows the laboratory released."""

from __future__ import annotations

import pytest
from django.utils import timezone

from estimates.assembly import science_options
from estimates.errors import OrderRefused
from estimates.models import EstimateInput, EstimateRun
from estimates.orders import Wish, checked_options, order_estimates
from estimates.runs.carry_out import complete_run
from sampling.models import Specimen, Variable
from tests.estimates.trial import determine, inputs_of, plant, store, synced


def variable(trial, code, analyte, unit):
    row = Variable(**synced(trial.campaign, captured=False), code=code, analyte=analyte, unit=unit)
    store([row])
    return row


def release(trial, specimen, of, value):
    return determine(trial, specimen, value, variable=of, unit=of.unit)


def ordered(trial, analyst, **options):
    wish = Wish(plots=[trial.plots[0].pk], options=options, seed=3)
    order = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())
    run = EstimateRun.objects.of_plots().get(order=order)
    complete_run(run.pk, worker="here")
    run.refresh_from_db()
    return run


@pytest.fixture
def one_plot(bare_trial, study):
    """Return a plot with one core of three layers, its roots analysed for C (41 %)."""
    plant(bare_trial, study, plots=1, cores=1)
    return bare_trial


@pytest.fixture
def soil_analysed(one_plot):
    """Return the plot with 1.5 % C in the soil of each layer and 45 % in clean roots."""
    soil = [
        Specimen(
            **synced(one_plot.campaign, captured=True),
            core_segment=segment,
            code=f"RF-S{number}",
            kind="soil",
        )
        for number, segment in enumerate(one_plot.segments)
    ]
    store(soil)
    for bag in soil:
        release(one_plot, bag, one_plot.carbon, 1.5)
    clean = variable(one_plot, "c_clean", "carbon_clean_root", "%")
    for value, bag in zip((44.5, 45.5), one_plot.specimens, strict=False):
        release(one_plot, bag, clean, value)
    return one_plot


def test_soil_is_taken_off_by_carbon(soil_analysed, analyst):
    """By hand: s = (.45 - .41) / (.45 - .015) = .09195, C = (1 - s) .45 against .41: x .99664."""
    kept = ordered(soil_analysed, analyst, washing_loss=None)
    told = ordered(soil_analysed, analyst, washing_loss=None, soil_by="carbon")

    assert told.state == "succeeded"
    before, after = (run.details["estimate"]["root_c_nominal_g_m2"] for run in (kept, told))
    masses = [run.details["estimate"]["root_mass_g_m2"] for run in (kept, told)]
    assert after / before == pytest.approx(0.45 * (1 - 0.09195) / 0.41, abs=1e-4)
    assert masses[1] / masses[0] == pytest.approx(1 - 0.09195, abs=1e-4)
    used = EstimateInput.objects.filter(run=told, kind="determination")
    assert used.count() == 3 + 3 + 2


def test_route_a_takes_the_clean_root_where_both_were_determined(soil_analysed):
    options = science_options({"route": "A"}, seed=1)

    cores = inputs_of(soil_analysed, soil_analysed.plots[0], options).plot.cores

    found = [(root.carbon_g_per_g, root.carbon_basis) for core in cores for root in core.layers]
    assert (pytest.approx(0.445), "clean_root") in found


def test_a_plot_without_the_determinations_fails_by_name(one_plot, analyst):
    run = ordered(one_plot, analyst, soil_by="carbon")

    assert (run.state, run.failure_code) == ("failed", "not_enough_data")
    assert "C of the soil at 0-30 cm" in run.failure_reason


def test_extraneous_matter_is_told_by_delta_values_of_the_bench(one_plot, analyst):
    """By hand: (-18 + 12) / (-27 + 12) = .4 of the C."""
    names = {"delta13c": -18.0, "delta13c_clean_root": -12.0, "delta13c_extraneous": -27.0}
    for analyte, value in names.items():
        of = variable(one_plot, analyte, analyte, "permil VPDB")
        release(one_plot, one_plot.specimens[0], of, value)

    kept = ordered(one_plot, analyst, washing_loss=None)
    told = ordered(one_plot, analyst, washing_loss=None, extraneous="isotope")

    before, after = (run.details["estimate"]["root_c_nominal_g_m2"] for run in (kept, told))
    assert after / before == pytest.approx(0.6)
    result = told.results.get(quantity="root_c_stock", level="plot")
    assert "extraneous_by_isotope" in result.details["notes"]


def test_a_delta_in_another_unit_is_told_and_not_used(one_plot):
    of = variable(one_plot, "delta13c", "delta13c", "atom%")
    release(one_plot, one_plot.specimens[0], of, 1.1)

    inputs = inputs_of(one_plot, one_plot.plots[0], science_options({}, seed=1))

    assert "unit_not_known" in {note.code for note in inputs.notes}
    assert {root.delta13c_permil for core in inputs.plot.cores for root in core.layers} == {None}


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"soil_by": "carbon", "route": "A"}, "/options/soil_by"),
        ({"washing_loss": {"value": 1.2, "uncertainty": 0.1}}, "/options/washing_loss"),
        ({"washing_loss": {"value": 0.1, "uncertainty": 0.5}}, "/options/washing_loss"),
        ({"clean_root_carbon": {"value": 0.0, "uncertainty": 0.0}}, "/options/clean_root_carbon"),
    ],
)
def test_options_no_estimate_can_follow_are_refused_before_anything_runs(options, pointer):
    with pytest.raises(OrderRefused) as caught:
        checked_options(options)

    assert [item["pointer"] for item in caught.value.extra["problems"]] == [pointer]
