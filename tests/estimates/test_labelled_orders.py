"""Orders of labelled plots, on what the bench determined of soil and roots."""

from __future__ import annotations

import pytest
from django.utils import timezone

from estimates.assembly import science_options
from estimates.models import EstimateRun
from estimates.orders import Wish, order_estimates
from estimates.runs.carry_out import complete_run
from sampling.models import Measurement, Specimen
from tests.estimates.conftest import complete
from tests.estimates.test_cleaning_orders import release, variable
from tests.estimates.trial import change, inputs_of, plant, store, synced

TRACER = {"soil": (-26.2, -27.0), "roots": (60.0, -28.5)}


@pytest.fixture
def labelled(bare_trial, study):
    """Return a plot with a labelled core and one beside it, values in its top layer only."""
    plant(bare_trial, study, plots=1, cores=2)
    captured = synced(bare_trial.campaign, captured=True)
    delta = variable(bare_trial, "delta13c", "delta13c", "permil VPDB")
    density = variable(bare_trial, "bulk_density", "bulk_density", "g/cm3")
    tops = [row for row in bare_trial.segments if row.upper_depth_cm == 0]
    soils = [
        Specimen(**captured, core_segment=top, code=f"RF-S{n}", kind="soil", is_labelled=n == 0)
        for n, top in enumerate(tops)
    ]
    store(soils)
    bags = [
        next(bag for bag in bare_trial.specimens if bag.core_segment_id == top.pk) for top in tops
    ]
    change(bags[0], is_labelled=True)
    for kind, specimens in (("soil", soils), ("roots", bags)):
        for value, specimen in zip(TRACER[kind], specimens, strict=True):
            release(bare_trial, specimen, delta, value)
    for soil in soils:
        release(bare_trial, soil, bare_trial.carbon, 1.0)
    bare_trial.soils = soils
    store([Measurement(**captured, core_segment=tops[0], variable=density, value=1.2)])
    return bare_trial


def ordered(trial, analyst, **options):
    wish = Wish(plots=[trial.plots[0].pk], methods=["labelled_cores"], options=options, seed=3)
    order = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())
    run = EstimateRun.objects.of_plots().get(order=order)
    complete_run(run.pk, worker="here")
    run.refresh_from_db()
    return run


def test_a_labelled_plot_gives_deposits_and_their_limit(labelled, analyst):
    """By hand: .01 x 1.2 x 30 x 10,000 = 3600 g C m-2, x .00905 = 32.6, limit 12.2."""
    run = ordered(labelled, analyst)

    assert run.state == "succeeded", run.failure_reason
    found = {row.quantity: row for row in run.results.filter(level="plot")}
    layer = run.results.get(level="layer", quantity="rhizodeposit_c_input")
    assert (layer.upper_depth_cm, layer.lower_depth_cm) == (0.0, 30.0)
    assert layer.mean == pytest.approx(32.6, rel=0.01)
    told = {item["input"] for item in found["rhizodeposit_c_input"].details["variance_shares"]}
    assert {"tracer_soil", "bulk_density", "soil_concentration_batch"} <= told
    assert found["rhizodeposit_c_input"].mean == pytest.approx(32.6, rel=0.01)
    assert found["rhizodeposit_limit"].mean == pytest.approx(12.2, abs=0.05)
    assert found["c_input"].mean == pytest.approx(
        found["root_c_input"].mean + found["rhizodeposit_c_input"].mean
    )
    assert "washing_loss_dropped" in found["c_input"].details["notes"]
    used = {item.record for item in run.inputs.all()}
    assert {soil.pk for soil in labelled.soils} <= used


def test_the_cores_of_a_label_count_once_in_the_ensemble(labelled, analyst):
    wish = Wish(plots=[labelled.plots[0].pk], methods=["measured_cores", "labelled_cores"])
    order = order_estimates(labelled.campaign, wish, ordered_by=analyst, now=timezone.now())
    complete(order)

    ensemble = EstimateRun.objects.of_plots().get(order=order, method="ensemble")

    assert set(ensemble.results.values_list("quantity", flat=True)) == {"c_input"}
    assert {note["code"] for note in ensemble.details["notes"]} == {"same_cores_left_out"}


def test_another_tracer_that_nobody_determined_fails_by_name(labelled, analyst):
    run = ordered(labelled, analyst, tracer="14C")

    assert run.failure_code == "not_enough_data"
    assert "no labelled soil with a determination of 14C" in run.failure_reason


def test_nitrogen_and_radiocarbon_are_read_by_their_analytes(labelled):
    units = {"delta15n": "permil", "nitrogen": "%", "c14_activity": "Bq/g C"}
    values = {"delta15n": 12.0, "nitrogen": 0.1, "c14_activity": 3.0}
    density = variable(labelled, "bd", "bulk_density", "mg/cm3")
    for analyte, unit in units.items():
        of = variable(labelled, analyte, analyte, unit)
        for specimen in (*labelled.soils, *labelled.specimens[:1]):
            release(labelled, specimen, of, values[analyte])
    release(labelled, labelled.soils[1], density, 1300.0)

    by_tracer = {
        tracer: inputs_of(labelled, labelled.plots[0], science_options({"tracer": tracer}, seed=1))
        for tracer in ("15N", "14C")
    }

    nitrogen, radiocarbon = (by_tracer[tracer].plot for tracer in ("15N", "14C"))
    assert nitrogen.labelled[0].soil.value == 12.0
    assert nitrogen.labelled[0].element_g_per_g.value == pytest.approx(0.001)
    assert nitrogen.labelled[0].bulk_density_g_cm3.value == pytest.approx(1.25)
    assert nitrogen.root_carbon_per_nitrogen.value == pytest.approx(410.0)
    assert radiocarbon.labelled[0].soil.value == 3.0


def test_a_label_tells_no_sources_of_natural_abundance(labelled):
    roots = [
        root.delta13c_permil
        for core in inputs_of(labelled, labelled.plots[0]).plot.cores
        for root in core.layers
        if root.delta13c_permil is not None
    ]

    assert roots == [-28.5]
