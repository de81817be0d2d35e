"""References of soil and roots from the plot, from its block, from its site, or a named refusal."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from estimates.assembly import assemble, science_options
from estimates.assembly.depth_values import concentration_of
from estimates.assembly.laboratory import Found
from sampling.models import CropStand, ImportBatch, Specimen
from tests.estimates.test_cleaning_orders import release, variable
from tests.estimates.test_labelled_orders import ordered
from tests.estimates.test_natural_orders import ordered as ordered_by_nature
from tests.estimates.trial import change, determine, inputs_of, plant, store, synced
from tests.people import FRIDAY


@pytest.fixture
def fields(bare_trial, study):
    """Return four plots in two blocks with a soil specimen in the top of each; only P001 labelled.

    Delta values of soil -26.2 with the label, -27.0, -27.4, -27.8 without; roots 60.0 and -28.5.
    """
    plant(bare_trial, study, plots=4, cores=1)
    captured = synced(bare_trial.campaign, captured=True)
    delta = variable(bare_trial, "delta13c", "delta13c", "permil VPDB")
    density = variable(bare_trial, "bulk_density", "bulk_density", "g/cm3")
    tops = [row for row in bare_trial.segments if row.upper_depth_cm == 0]
    bags = [
        next(bag for bag in bare_trial.specimens if bag.core_segment_id == top.pk) for top in tops
    ]
    bare_trial.soils = [
        Specimen(**captured, core_segment=top, code=f"RF-S{n}", kind="soil", is_labelled=n == 0)
        for n, top in enumerate(tops)
    ]
    store(bare_trial.soils)
    change(bags[0], is_labelled=True)
    for bag, value in zip(bags, (60.0, -28.5, -28.5, -28.5), strict=True):
        release(bare_trial, bag, delta, value)
    for soil, value in zip(bare_trial.soils, (-26.2, -27.0, -27.4, -27.8), strict=True):
        release(bare_trial, soil, delta, value)
        release(bare_trial, soil, bare_trial.carbon, 1.0)
        release(bare_trial, soil, density, 1.2)
    bare_trial.delta = delta
    bare_trial.tops = tops
    bare_trial.bags = bags
    return bare_trial


def layer_of(trial, **options):
    given = science_options(options, seed=1)
    (layer,) = inputs_of(trial, trial.plots[0], given).plot.labelled
    return layer


def test_the_nearest_unlabelled_plots_stand_in(fields):
    """By hand: P002 of the block; with a legume there P003 and P004 of the site, -27.6 +- .283."""
    in_block = layer_of(fields)
    stand = CropStand.objects.get(plot=fields.plots[1])
    change(stand, species="pea")
    of_site = layer_of(fields)

    assert (in_block.soil_background.nearness, in_block.soil_background.plots) == (
        "block",
        ("P002",),
    )
    assert (in_block.soil_background.value, in_block.root_background.value) == (-27.0, -28.5)
    assert of_site.soil_background.nearness == "site"
    assert of_site.soil_background.plots == ("P003", "P004")
    assert of_site.soil_background.value == pytest.approx(-27.6)
    assert of_site.soil_background.spread == pytest.approx(0.2828, abs=1e-3)
    assert of_site.soil_background.number == 2


def test_the_choice_is_in_the_lineage_and_with_the_estimate(fields, analyst):
    run = ordered(fields, analyst)

    assert run.state == "succeeded", run.failure_reason
    used = {item.record for item in run.inputs.all()}
    assert {
        fields.plots[1].pk,
        fields.soils[1].determinations.get(variable=fields.delta).pk,
    } <= used
    assert fields.plots[2].pk not in used
    row = run.results.get(quantity="rhizodeposit_c_input", level="plot")
    assert {"reference_of_block", "reference_alone"} <= set(row.details["notes"])


def test_samples_of_the_plot_go_first(fields):
    beside = Specimen(
        **synced(fields.campaign, captured=True),
        core_segment=fields.tops[0],
        code="RF-BESIDE",
        kind="soil",
    )
    store([beside])
    release(fields, beside, fields.delta, -26.9)

    background = layer_of(fields).soil_background

    assert (background.value, background.nearness, background.plots) == (-26.9, "plot", ())


def test_what_the_order_says_of_the_background_is_held_to(fields):
    """Legumes and bare soil are other plots: P002 with pea, P003 without a stand."""
    change(CropStand.objects.get(plot=fields.plots[1]), species="pea")
    stand = CropStand.objects.get(plot=fields.plots[2])
    change(stand, voided_at=stand.received_at)

    plots = {
        kind: layer_of(fields, background=kind).soil_background.plots
        for kind in ("unplanted", "unlabelled_other_species", "non_nodulating")
    }

    assert plots == {
        "unplanted": ("P003",),
        "unlabelled_other_species": ("P002",),
        "non_nodulating": ("P004",),
    }


def test_none_is_a_named_refusal_that_says_where_it_was_sought(fields, analyst):
    for number, top in enumerate(fields.tops[1:], start=1):
        change(top, lower_depth_cm=25.0 if number < 3 else 20.0)
    change(fields.bags[3], is_labelled=True)

    run = ordered(fields, analyst)

    assert run.failure_code == "reference_missing"
    assert "unlabelled soil at 0-30 cm" in run.failure_reason
    assert "(P002, P003): they have 0-25 cm" in run.failure_reason
    nobody = ordered(fields, analyst, background="unplanted")
    assert "plots without label (unplanted) of its site: there are none" in nobody.failure_reason


def test_the_number_of_queries_does_not_grow_with_the_controls(
    fields, study, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        layer_of(fields)
    change(CropStand.objects.get(plot=fields.plots[1]), species="pea")

    with django_assert_num_queries(len(few)):
        layer_of(fields)


@pytest.fixture
def maize(fields):
    """Return the plots with maize on P001, unlabelled, beside controls of wheat on T2."""
    change(fields.soils[0], is_labelled=False)
    change(fields.bags[0], is_labelled=False)
    change(CropStand.objects.get(plot=fields.plots[0]), species="grain maize")
    change(fields.plots[1].treatment, is_control=True)
    return fields


def test_controls_that_kept_their_plants_are_the_reference_of_new_carbon(maize, analyst):
    """By hand: soil -26.2, control -27.0, roots 60: .8 / 87 of 3600 g, which no soil can hide."""
    run = ordered_by_nature(maize, analyst, crop_years=5)

    assert run.state == "succeeded", run.failure_reason
    found = run.results.get(quantity="new_soil_c", level="plot")
    assert found.mean == pytest.approx(3600 * 0.8 / 87.0, rel=0.02)
    assert "reference_of_block" in found.details["notes"]
    change(CropStand.objects.get(plot=maize.plots[1]), species="grain maize")
    further = inputs_of(maize, maize.plots[0], science_options({"crop_years": 5}, seed=1))
    assert further.plot.natural[0].reference.plots == ("P004",)
    change(maize.plots[1].treatment, is_control=False)
    refused = ordered_by_nature(maize, analyst, crop_years=5)
    assert refused.failure_code == "reference_missing"
    assert "controls with another crop of its site: there are none" in refused.failure_reason


@pytest.mark.parametrize("crop_years", [None, 5])
def test_plots_read_together_or_alone_are_compared_with_the_same(maize, crop_years):
    """P003 is labelled and needs every plot of the site read; that must not show on the others."""
    change(maize.soils[2], is_labelled=True)
    given = science_options({"crop_years": crop_years}, seed=1)
    ids = [plot.pk for plot in maize.plots]

    together = assemble(maize.campaign.pk, ids, options=given)
    alone = {pk: assemble(maize.campaign.pk, [pk], options=given)[pk] for pk in ids}

    assert together == alone
    assert together[ids[2]].plot.labelled[0].soil_background.plots == ("P004",)


def test_shoots_and_batches_are_read_from_the_bench(maize, analyst):
    """By hand: one batch for soils that were imported, none for what was typed."""
    batch = ImportBatch.objects.create(
        project=maize.campaign.project,
        created_by=analyst,
        created_at=FRIDAY,
        idempotency_key="soils",
        body_sha256="0" * 64,
        status_code=200,
        answer={},
    )
    captured = synced(maize.campaign, captured=True)
    shoot = Specimen(**captured, core_segment=maize.tops[0], code="RF-SHOOT", kind="plant")
    beside = Specimen(**captured, core_segment=maize.tops[0], code="RF-BESIDE", kind="soil")
    store([shoot, beside])
    release(maize, shoot, maize.delta, -12.5)
    determine(maize, beside, 1.2, variable=maize.carbon, batch=batch)

    plot = inputs_of(maize, maize.plots[0]).plot

    assert plot.crop_shoot.value == -12.5
    concentration = plot.natural[0].element_g_per_g
    assert concentration.batches == (("", 0.5), (str(batch.pk), 0.5))
    assert concentration.value == pytest.approx(0.011)


def test_soil_without_roots_is_an_estimate_of_its_own(maize, analyst):
    """By hand: new soil C needs no weighed roots; a delta in print, -12, gives .8 / 15 of 3600."""
    for fraction in maize.fractions_of(maize.plots[0]):
        change(fraction, voided_at=fraction.received_at)

    run = ordered_by_nature(
        maize, analyst, crop_years=5, crop_delta13c={"value": -12.0, "uncertainty": 0.5}
    )

    assert run.state == "succeeded", run.failure_reason
    assert set(run.results.values_list("quantity", flat=True)) == {
        "new_soil_c",
        "new_soil_c_limit",
    }
    layer = run.results.get(level="layer", quantity="new_soil_c")
    assert layer.mean == pytest.approx(3600 * 0.8 / 15, rel=0.02)
    assert run.results.get(level="layer", quantity="new_soil_c_limit").mean < layer.mean
    refused = run.details["estimate"]["refused"]
    assert [item["quantity"] for item in refused] == ["root_c_stock", "c_input"]


def test_concentrations_remember_the_batches_they_come_from():
    """By hand: specimens count alike: the second, of two batches, counts half for each."""
    found = [Found(0.02, batches=("a",)), Found(0.022, batches=("a", "b"))]

    concentration = concentration_of(found)

    assert concentration.batches == (("a", 0.75), ("b", 0.25))
    assert concentration.value == pytest.approx(0.021)
    assert concentration.standard_error == pytest.approx(0.001)
    assert concentration_of([]) is None
