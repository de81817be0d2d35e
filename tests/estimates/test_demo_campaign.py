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
        with django_assert_max_num_queries(11) as captured:
            assemble(demo.pk, some, options=OPTIONS)
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert len(plots) == 47


def layers_of(item):
    return [layer for core in item.plot.cores for layer in core.layers]


def test_root_mass_comes_in_every_way_it_was_given(inputs):
    silsoe = layers_of(inputs["SIL-1CB4"])
    deepest = [
        layer for layer in layers_of(inputs["EF-2011-B0-Maize"]) if layer.upper_depth_cm == 100
    ]
    pit = layers_of(inputs["NEON-BLAN-PIT"])
    pits = [item for key, item in inputs.items() if key.startswith("NEON")]

    assert {layer.mass_density_mg_cm3 for layer in silsoe} >= {1.659, 0.6587, 0.3259}
    assert all(layer.washed_mass_g is None for layer in silsoe)
    # 752.46 cm3 of soil in three cores of 3.81 cm: 66 cm
    assert deepest[0].recovered_length_cm == pytest.approx(66.0, abs=0.01)
    assert deepest[0].composited_cores == 3
    assert {60.8, 63.8, 64.9} <= {layer.area_cm2 for layer in pit}
    assert {layer.kind for layer in pit} == {"fine_root", "coarse_root"}
    living = {layer.is_living for item in pits for layer in layers_of(item) if layer.has_mass}
    assert living == {True, False}


def test_what_was_decided_about_cores_is_told(inputs):
    marsden = inputs["MRS-2019_12"]
    occasions = [note.message for note in marsden.notes if note.code == "several_occasions"]

    # without the soil carbon cores of Silsoe, which hold no roots, and the earlier dates of Marsden
    assert sum(len(item.plot.cores) for item in inputs.values()) == 36 + 96 + 8 + 21
    assert "Sampled on 5 occasions: the last, 2019-09-16, counts" in occasions[0]
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
