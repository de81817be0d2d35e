"""The whole demo campaign, with everything real data do."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from estimates.assembly import assemble, science_options
from estimates.models import EstimateResult, EstimateRun
from estimates.orders import Wish, order_estimates
from rootfield.demo.tables import read_folder
from sampling.models import Plot
from tests.estimates.campaign_rows import load
from tests.estimates.conftest import complete

FULL = Path(__file__).parents[3] / "shared" / "data" / "demo-campaign"

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="the full demo campaign is not here")

OPTIONS = science_options({}, seed=1)


@pytest.fixture
def demo(campaign, lab_tech, verifier):
    load(read_folder(FULL), campaign, enterer=lab_tech, verifier=verifier)
    return campaign


@pytest.fixture
def inputs(demo):
    plots = Plot.objects.values_list("pk", flat=True)
    found = assemble(demo.pk, plots, options=OPTIONS).values()
    return {item.plot.key.rsplit("/", 1)[-1]: item for item in found}


def test_the_queries_do_not_grow_with_the_campaign(demo, django_assert_max_num_queries):
    plots = list(Plot.objects.values_list("pk", flat=True))
    counts = []
    for some in (plots[:1], plots):
        with django_assert_max_num_queries(10) as captured:
            assemble(demo.pk, some, options=OPTIONS)
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert len(plots) == 47


def test_cores_hold_what_the_tables_hold(inputs):
    # cores.csv without the soil carbon cores of Silsoe, which hold no roots, and without the
    # earlier dates of Marsden
    cores = sum(len(item.plot.cores) for item in inputs.values())

    assert cores == 36 + 96 + 8 + 21


def test_the_densities_of_silsoe_come_without_masses(inputs):
    layers = [layer for core in inputs["SIL-1CB4"].plot.cores for layer in core.layers]

    assert {layer.mass_density_mg_cm3 for layer in layers} >= {1.659, 0.6587, 0.3259}
    assert all(layer.washed_mass_g is None for layer in layers)


def test_marsden_counts_its_last_date_and_says_so(inputs):
    item = inputs["MRS-2019_12"]

    assert len(item.plot.cores) == 1
    (note,) = [note for note in item.notes if note.code == "several_occasions"]
    assert "Sampled on 5 occasions: the last, 2019-09-16, counts" in note.message


def test_the_composites_of_the_energy_farm_keep_their_length(inputs):
    layers = [layer for core in inputs["EF-2011-B0-Maize"].plot.cores for layer in core.layers]
    deepest = next(layer for layer in layers if layer.upper_depth_cm == 100)

    # 752.46 cm3 of soil in three cores of 3.81 cm: 66 cm
    assert deepest.recovered_length_cm == pytest.approx(66.0, abs=0.01)
    assert deepest.composited_cores == 3


def test_pits_have_an_area_of_their_own_for_each_increment(inputs):
    layers = [layer for core in inputs["NEON-BLAN-PIT"].plot.cores for layer in core.layers]

    assert {60.8, 63.8, 64.9} <= {layer.area_cm2 for layer in layers}
    assert {layer.kind for layer in layers} == {"fine_root", "coarse_root"}


def test_living_and_dead_roots_stay_apart(inputs):
    pits = [item.plot for key, item in inputs.items() if key.startswith("NEON")]
    layers = [layer for plot in pits for core in plot.cores for layer in core.layers]

    assert {layer.is_living for layer in layers if layer.has_mass} == {True, False}


def test_the_layer_never_reached_is_left_out(inputs):
    assert "to_refusal" in {note.code for note in inputs["EF-2011-B3-Maize"].notes}


@pytest.mark.slow
def test_every_plot_has_an_estimate_or_a_reason(demo, analyst):
    order = order_estimates(demo, Wish(seed=1), ordered_by=analyst, now=timezone.now())

    complete(order)

    progress = order.progress()
    assert progress["succeeded"] + progress["failed"] == 48
    assert progress["succeeded"] >= 40
    for run in EstimateRun.objects.filter(state="failed"):
        assert len(run.failure_reason) > 20
    stocks = EstimateResult.objects.filter(level="plot", quantity="root_c_stock")
    assert all(0 <= row.lower <= row.mean <= row.upper < 20_000 for row in stocks)
