"""What was cut, weighed and analysed, as science is told."""

from __future__ import annotations

import math

import pytest
from django.utils import timezone

from estimates.assembly import assemble, science_options
from estimates.science.errors import NotEnoughData
from estimates.science.measured_cores import estimate_plot
from sampling.models import (
    CoreSegment,
    Measurement,
    RootFraction,
    Specimen,
    SpecimenLink,
    Variable,
)
from tests.estimates.trial import (
    HARVEST,
    OPTIONS,
    change,
    codes,
    determine,
    inputs_of,
    plant,
    store,
    synced,
    weigh,
)


def layers_of(inputs):
    return [layer for core in inputs.plot.cores for layer in core.layers]


def top_layers(inputs):
    return [layer for layer in layers_of(inputs) if layer.upper_depth_cm == 0]


def rounded(values):
    return {None if value is None else round(value, 6) for value in values}


def variable(trial, code, analyte, unit):
    row = Variable(**synced(trial.campaign, captured=False), code=code, analyte=analyte, unit=unit)
    store([row])
    return row


def measure(trial, variable, value=None, **fields):
    row = Measurement(
        **synced(trial.campaign, captured=True), variable=variable, value=value, **fields
    )
    store([row])
    return row


@pytest.fixture
def plot(bare_trial, study):
    plant(bare_trial, study, plots=1)
    return bare_trial.plots[0]


@pytest.fixture
def fraction(bare_trial, plot):
    return bare_trial.fractions_of(plot)[0]


def test_a_core_gives_area_mass_and_carbon(bare_trial, plot):
    top = top_layers(inputs_of(bare_trial, plot))[0]

    assert top.area_cm2 == pytest.approx(math.pi * 9)
    assert top.washed_mass_g == pytest.approx(0.52)
    assert top.carbon_g_per_g == pytest.approx(0.41)
    assert (top.upper_depth_cm, top.lower_depth_cm) == (0, 30)


def test_composited_cores_keep_their_number_and_their_whole_length(bare_trial, plot):
    core = bare_trial.cores[0]
    change(core, cores_composited=3)
    change(bare_trial.segments[0], recovered_length_cm=88.0)

    top = next(
        layer
        for layer in top_layers(inputs_of(bare_trial, plot))
        if layer.recovered_length_cm is not None
    )

    assert (top.composited_cores, top.recovered_length_cm) == (3, 88.0)


def test_a_pit_increment_has_its_own_area(bare_trial, plot):
    change(bare_trial.cores[0], inner_diameter_cm=None)
    for segment, area in zip(bare_trial.segments[:3], (60.8, 63.8, 64.9), strict=True):
        change(segment, sampled_area_cm2=area)

    areas = {layer.area_cm2 for layer in layers_of(inputs_of(bare_trial, plot))}

    assert {60.8, 63.8, 64.9} <= areas


def test_a_soil_volume_stands_in_for_a_missing_area(bare_trial, plot):
    change(bare_trial.cores[0], inner_diameter_cm=None)
    volume = variable(bare_trial, "soil_volume_cm3", "soil_volume", "cm3")
    measure(bare_trial, volume, 600.0, core_segment=bare_trial.segments[0])

    inputs = inputs_of(bare_trial, plot)

    assert 20.0 in {layer.area_cm2 for layer in top_layers(inputs)}
    assert "area_from_volume" in codes(inputs)


def test_a_mass_without_an_area_is_a_gap_and_told(bare_trial, plot):
    change(bare_trial.cores[0], inner_diameter_cm=None)

    inputs = inputs_of(bare_trial, plot)

    assert "no_area" in codes(inputs)
    assert sum(not layer.has_mass for layer in layers_of(inputs)) == 3


def test_a_density_counts_where_there_is_no_mass(bare_trial, plot, fraction):
    density = variable(bare_trial, "rmd", "root_mass_density", "g/cm3")
    change(fraction, dry_mass_g=None, dry_mass_reason="not_recorded")
    measured = measure(bare_trial, density, 0.002, root_fraction=fraction)

    inputs = inputs_of(bare_trial, plot)

    assert 2.0 in {layer.mass_density_mg_cm3 for layer in layers_of(inputs)}
    assert measured.pk in {item.record for item in inputs.lineage}


def test_a_censored_mass_is_handed_on_as_a_limit(bare_trial, plot, fraction):
    change(fraction, dry_mass_g=None, dry_mass_censoring="lt", dry_mass_limit_g=0.01)

    limits = {layer.washed_mass_below_g for layer in layers_of(inputs_of(bare_trial, plot))}

    assert 0.01 in limits


def test_a_mass_known_only_to_be_above_a_limit_is_a_gap(bare_trial, plot, fraction):
    change(fraction, dry_mass_g=None, dry_mass_censoring="gt", dry_mass_limit_g=9.0)

    inputs = inputs_of(bare_trial, plot)

    assert "mass_above_limit" in codes(inputs)
    assert sum(not layer.has_mass for layer in layers_of(inputs)) == 1


def test_a_segment_not_weighed_yet_is_a_gap_not_zero(bare_trial, plot):
    change(bare_trial.fractions[2], voided_at=timezone.now())

    gaps = [layer for layer in layers_of(inputs_of(bare_trial, plot)) if not layer.has_mass]

    assert [(gap.upper_depth_cm, gap.lower_depth_cm) for gap in gaps] == [(60, 100)]


def test_a_segment_to_refusal_is_left_out_and_told(bare_trial, plot):
    change(bare_trial.segments[2], lower_depth_cm=None, is_to_refusal=True)

    inputs = inputs_of(bare_trial, plot)

    assert "to_refusal" in codes(inputs)
    assert len(layers_of(inputs)) == 5


@pytest.mark.parametrize(
    ("fields", "kind", "is_living"),
    [
        ({"kind": "rhizome"}, "rhizome", None),
        ({"kind": "taproot"}, "coarse_root", None),
        ({"upper_diameter_mm": 2.0, "living": "living"}, "fine_root", True),
        ({"lower_diameter_mm": 2.0, "living": "dead"}, "coarse_root", False),
        ({"living": "mixed"}, "root", None),
    ],
)
def test_root_fractions_keep_their_class(bare_trial, plot, fraction, fields, kind, is_living):
    change(fraction, **fields)

    found = {(layer.kind, layer.is_living) for layer in top_layers(inputs_of(bare_trial, plot))}

    assert (kind, is_living) in found


def test_roots_of_the_previous_crop_do_not_count(bare_trial, plot, fraction):
    change(fraction, origin="previous_crop")

    inputs = inputs_of(bare_trial, plot)

    assert "previous_crop_left_out" in codes(inputs)
    assert sum(not layer.has_mass for layer in top_layers(inputs)) == 1


@pytest.mark.parametrize(
    ("fields", "share", "note"),
    [
        ({"value": 30.0}, 0.3, None),
        ({"censoring": "lt", "limit": 10.0, "as_entered": "<10"}, 0.05, "share_dead_below_limit"),
        (
            {"reason": "range_given", "as_entered": "30-40"},
            None,
            "share_dead_not_a_number",
        ),
    ],
)
def test_the_share_dead_is_taken_as_it_was_estimated(
    bare_trial, plot, fraction, fields, share, note
):
    dead = variable(bare_trial, "root_dead_percent", "root_dead", "%")
    measure(bare_trial, dead, root_fraction=fraction, **fields)

    inputs = inputs_of(bare_trial, plot)

    assert share in {layer.share_dead for layer in top_layers(inputs)}
    assert note is None or note in codes(inputs)


def test_the_mean_of_replicates_counts(bare_trial, plot):
    determine(bare_trial, bare_trial.specimens[0], 43.0, replicate_no=2)

    shares = rounded(layer.carbon_g_per_g for layer in top_layers(inputs_of(bare_trial, plot)))

    assert 0.42 in shares


def test_results_of_a_subsample_speak_for_the_bag(bare_trial, plot, fraction):
    captured = synced(bare_trial.campaign, captured=True)
    capsule = Specimen(**captured, code="RF-CAPS", kind="roots")
    store([capsule])
    link = SpecimenLink(**captured, parent=fraction.specimen, child=capsule, relation="capsule")
    store([link])
    determine(bare_trial, capsule, 45.0)

    inputs = inputs_of(bare_trial, plot)

    assert 0.43 in rounded(layer.carbon_g_per_g for layer in top_layers(inputs))
    assert {link.pk, capsule.pk} <= {item.record for item in inputs.lineage}


@pytest.mark.parametrize(
    "fields",
    [{"state": "verified"}, {"is_on_hold": True}, {"purpose": "check"}],
)
def test_what_is_not_released_does_not_count(bare_trial, plot, fields):
    determine(bare_trial, bare_trial.specimens[0], 50.0, replicate_no=2, **fields)

    shares = rounded(layer.carbon_g_per_g for layer in top_layers(inputs_of(bare_trial, plot)))

    assert shares == {0.41}


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"value": None, "censoring": "lt", "limit": 1}, "censored_result"),
        ({"value": 410.0, "unit": "furlong"}, "unit_not_known"),
        ({"value": 410.0}, "share_impossible"),
    ],
)
def test_a_result_that_is_no_share_of_mass_is_told_not_used(bare_trial, study, fields, note):
    plant(bare_trial, study, plots=1, cores=1)
    plot = bare_trial.plots[0]
    value = fields.pop("value")
    determine(bare_trial, bare_trial.specimens[0], value, replicate_no=2, **fields)

    inputs = inputs_of(bare_trial, plot)

    assert note in codes(inputs)
    assert top_layers(inputs)[0].carbon_g_per_g == pytest.approx(0.41)


def test_a_result_with_a_reason_leaves_carbon_to_the_prior(bare_trial, plot):
    bag = bare_trial.specimens[0]
    type(bare_trial.determinations[0]).objects.filter(specimen=bag).update(
        state="invalidated", version=2
    )
    determine(bare_trial, bag, None, reason="not_enough_material")

    shares = rounded(layer.carbon_g_per_g for layer in top_layers(inputs_of(bare_trial, plot)))

    assert None in shares


def test_soil_carbon_of_the_layer_is_handed_on(bare_trial, plot):
    soil = variable(bare_trial, "organic_carbon_percent", "organic_carbon", "g/kg")
    bag = Specimen(
        **synced(bare_trial.campaign, captured=True),
        core_segment=bare_trial.segments[0],
        code="RF-SOIL",
        kind="soil",
    )
    store([bag])
    determine(bare_trial, bag, 12.0, variable=soil, unit="g/kg")

    shares = rounded(layer.soil_carbon_g_per_g for layer in top_layers(inputs_of(bare_trial, plot)))

    assert 0.012 in shares


def test_route_a_prefers_the_carbon_of_clean_root(bare_trial, plot, fraction):
    clean = variable(bare_trial, "carbon_clean", "carbon_ash_free", "%")
    type(bare_trial.determinations[0]).objects.filter(specimen=fraction.specimen).update(
        state="invalidated", version=2
    )
    determine(bare_trial, fraction.specimen, 44.0, variable=clean)
    options = science_options({"route": "A"}, seed=1)

    found = {
        (round(layer.carbon_g_per_g, 6), layer.carbon_basis)
        for layer in top_layers(inputs_of(bare_trial, plot, options))
    }

    assert (0.44, "clean_root") in found


def test_extraneous_matter_that_was_determined_replaces_the_prior(bare_trial, plot):
    for fraction, share in zip(bare_trial.fractions[:2], (0.1, 0.2), strict=True):
        change(fraction, extraneous_share=share)

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.extraneous.value == pytest.approx(0.15)
    assert "extraneous_measured" in codes(inputs)


def test_two_cores_of_one_code_stay_two(bare_trial, plot):
    point = bare_trial.cores[0].sampling_point
    twin = type(bare_trial.cores[0])(
        **synced(bare_trial.campaign, captured=True),
        sampling_point=point,
        code="A",
        inner_diameter_cm=6.0,
        collected_on=HARVEST,
        date_precision="day",
    )
    store([twin])
    segment = CoreSegment(
        **synced(bare_trial.campaign, captured=True),
        soil_core=twin,
        upper_depth_cm=0.0,
        lower_depth_cm=30.0,
    )
    store([segment])
    weigh(bare_trial, [segment])

    keys = [core.key for core in inputs_of(bare_trial, plot).plot.cores]

    assert len(keys) == len(set(keys)) == 3


def test_the_queries_do_not_grow_with_the_plots(trial, django_assert_num_queries):
    plots = [plot.pk for plot in trial.plots]
    with django_assert_num_queries(11) as one:
        assemble(trial.campaign.pk, plots[:1], options=OPTIONS)
    with django_assert_num_queries(len(one)):
        found = assemble(trial.campaign.pk, plots, options=OPTIONS)

    assert set(found) == set(plots)


def test_the_order_of_rows_changes_no_digest(bare_trial, plot):
    first = inputs_of(bare_trial, plot)
    again = inputs_of(bare_trial, plot)

    digests = {
        item.digest(OPTIONS, parameters_sha256="0" * 64, code_version="1")
        for item in (first, again)
    }
    assert len(digests) == 1


def test_a_plot_with_void_roots_only_is_refused_in_words(bare_trial, plot):
    for row in RootFraction.objects.all():
        change(row, voided_at=timezone.now())
    inputs = inputs_of(bare_trial, plot)

    with pytest.raises(NotEnoughData):
        estimate_plot(inputs.plot, parameters=None, options=OPTIONS)
