"""Labelled plots: rhizodeposits from the soil, roots from cores, refusals by name."""

from __future__ import annotations

import dataclasses

import pytest

from estimates.science.errors import (
    ImpossibleLayer,
    MixedScales,
    NotEnoughData,
    UnderDetermined,
    UnfitBackground,
)
from estimates.science.inputs import LabelledLayer, Measured, Stand
from estimates.science.isotopes.radiocarbon import MODERN, atom_fraction_of_activity
from estimates.science.labelled_cores import estimate_labelled, found_by_label
from estimates.science.tracer_layers import Concentration, Density, Reference
from tests.science.builders import codes, core, options, parameter_set, plot, root


def permil(value, sd=0.1):
    return Measured(value=value, uncertainty=sd)


LAYER = LabelledLayer(
    upper_depth_cm=0.0,
    lower_depth_cm=15.0,
    soil=permil(-26.2),
    soil_background=Reference(value=-27.0),
    root=permil(60.0),
    root_background=Reference(value=-28.5),
    element_g_per_g=Concentration(value=0.02),
    bulk_density_g_cm3=Density(value=1.2),
)
"""3600 g C m-2 by hand: 0.02 x 1.2 x 15 x 10,000."""


def labelled(*layers, scales=("VPDB",), **others):
    return plot(
        core("c1", root(carbon_g_per_g=0.4)),
        labelled=layers or (LAYER,),
        tracer_scales=scales,
        **others,
    )


def estimate(the_plot, **others):
    given = options(**({"washing_loss": "prior"} | others))
    return estimate_labelled(the_plot, parameters=parameter_set(), options=given)


def means(result):
    return {
        item.component: item.amount.mean
        for item in result.components
        if item.upper_depth_cm is None
    }


def line(result, component):
    return next(item for item in result.components if item.component == component)


def faint(**values):
    return dataclasses.replace(LAYER, **values)


def test_rhizodeposits_and_their_limit_by_hand():
    """By hand, as for the share alone: .00905 of 3600 g is 32.6, the limit 3 x .1 / 88.5 of it
    12.2. u = 3600 x .1 x sqrt 2 / 88.5 = 5.75 of the tracer, and 32.6 x sqrt(.02^2 + .02^2 + .05^2)
    = 1.87 of concentration, batch and density: 6.05 together."""
    found = found_by_label(labelled(), options())
    result = estimate(labelled())

    assert found.amounts.total_g_m2 == pytest.approx(32.6, abs=0.05)
    assert found.amounts.limit_g_m2 == pytest.approx(12.2, abs=0.05)
    assert line(result, "rhizodeposit_c_input").amount.sd == pytest.approx(6.05, rel=0.02)


def test_the_variance_is_told_by_its_sources():
    """By hand, of 36.6: tracer of the soil 33.1, density 2.66, concentration and batch .425."""
    budget = line(estimate(labelled()), "rhizodeposit_c_input").budget
    shares = {item.input: item.share for item in budget}

    expected = {
        "tracer_soil": 0.904,
        "bulk_density": 0.073,
        "soil_concentration": 0.0116,
        "soil_concentration_batch": 0.0116,
    }
    assert {name: shares[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_batch_errs_for_all_layers_and_a_determination_for_one():
    """By hand: two layers of 3600 g. One batch moves both, 2 x .02; two batches each one."""
    deep = faint(upper_depth_cm=15.0, lower_depth_cm=30.0)
    other = dataclasses.replace(
        deep, element_g_per_g=Concentration(value=0.02, batches=(("b", 1.0),))
    )

    shared = [
        found_by_label(labelled(LAYER, layer), options()).amounts.shared()
        for layer in (deep, other)
    ]
    parts = []
    for layer in (deep, other):
        budget = line(estimate(labelled(LAYER, layer)), "rhizodeposit_c_input").budget
        parts.append({item.input: item.share for item in budget}["soil_concentration_batch"])

    assert [len(names) for names in shared] == [1, 2]
    assert parts[0] / parts[1] == pytest.approx(2.0, rel=0.1)


def test_the_input_is_roots_and_what_the_tracer_found():
    """By hand: 40 g C of roots x 1.335 = 53.4, and 32.6: no prior of deposits, no washing loss."""
    result = estimate(labelled())

    assert result.root_c_nominal_g_m2 == pytest.approx(40.0)
    assert result.c_input_nominal_g_m2 == pytest.approx(53.4 + 32.6, abs=0.1)
    assert means(result)["rhizodeposit_c_input"] == pytest.approx(32.6, rel=0.01)
    assert means(result)["rhizodeposit_limit"] == pytest.approx(12.2, abs=0.05)
    assert {"washing_loss_dropped", "rhizodeposits_by_label"} <= codes(result)
    named = {item.input for item in result.input_budget}
    assert {"tracer_soil", "bulk_density", "soil_concentration_batch"} <= named


@pytest.mark.parametrize("soil", [-26.9, -27.0, -27.3])
def test_a_layer_below_its_limit_holds_none_to_the_limit(soil):
    """By hand: half the limit of 12.2 g, +- 12.2 / sqrt 12 = 3.52, with density 3.54: whether the
    excess is small, none or below that of the unlabelled soil by less than both vary."""
    the_plot = labelled(faint(soil=permil(soil)))
    result = estimate(the_plot)

    found = found_by_label(the_plot, options())
    amount = line(result, "rhizodeposit_c_input").amount

    assert found.amounts.total_g_m2 == pytest.approx(6.1, abs=0.05)
    assert amount.sd == pytest.approx(3.54, rel=0.02)
    assert 0 < amount.lower < amount.mean < amount.upper < 13.0
    told = "label_below_background" if soil < -27 else "label_below_detection"
    assert told in codes(result)


def test_layers_add_up():
    deep = faint(upper_depth_cm=15.0, lower_depth_cm=30.0)

    one, two = (
        found_by_label(labelled(*layers), options()).amounts for layers in ((LAYER,), (LAYER, deep))
    )
    result = estimate(labelled(LAYER, deep))
    parts = [
        item
        for item in result.components
        if item.component == "rhizodeposit_c_input" and item.upper_depth_cm is not None
    ]

    assert two.total_g_m2 == pytest.approx(2 * one.total_g_m2)
    assert two.limit_g_m2 == pytest.approx(2**0.5 * one.limit_g_m2)
    assert [item.upper_depth_cm for item in parts] == [0.0, 15.0]
    whole = means(result)["rhizodeposit_c_input"]
    assert sum(item.amount.mean for item in parts) == pytest.approx(whole, rel=0.01)


NITROGEN = (0.3820, 0.3700, 1.2500, 0.3690)
"""Percent of 15N in soil, its background, roots and theirs: .0120 / .8810 of 100 g N is 1.362 g."""


def nitrogen_layer():
    soil, background, roots, root_background = (
        (x / 100 / (1 - x / 100) * 272 - 1) * 1000 for x in NITROGEN
    )
    return faint(
        soil=permil(soil, 0.2),
        soil_background=Reference(value=background, spread=0.2),
        root=permil(roots, 0.2),
        root_background=Reference(value=root_background, spread=0.2),
        element_g_per_g=Concentration(value=0.1 / 180),
    )


def test_nitrogen_is_told_and_becomes_carbon_by_the_ratio_of_the_roots():
    """By hand: 1.362 g N per m2 is 13.62 kg per ha, x 30 is 40.9 g C; roots of 40 g C hold
    13.33 kg N per ha, and with a ratio of 30 +- 3 that has an error of a tenth and more."""
    the_plot = labelled(
        nitrogen_layer(), scales=(None,), root_carbon_per_nitrogen=permil(30.0, 3.0)
    )

    result = estimate(the_plot, tracer="15N")

    assert means(result)["rhizodeposit_n_input"] == pytest.approx(13.62, rel=0.01)
    assert means(result)["rhizodeposit_c_input"] == pytest.approx(40.9, rel=0.02)
    roots = line(result, "root_n_stock").amount
    assert roots.mean == pytest.approx(13.33, rel=0.02)
    assert 0.1 * roots.mean < roots.sd < 0.13 * roots.mean
    assert 0 < means(result)["rhizodeposit_n_limit"] < 13.62
    assert "carbon_of_nitrogen" in codes(result)


def test_without_the_ratio_of_the_roots_nitrogen_is_refused():
    the_plot = labelled(nitrogen_layer(), scales=(None,))

    with pytest.raises(NotEnoughData, match="the C and the N of the roots"):
        estimate(the_plot, tracer="15N")


def test_radiocarbon_counts_by_activity():
    """By hand: (1.226 - .226) / (100.226 - .226) = .01 of 3600 g."""
    layer = faint(
        soil=permil(1.226, 0.0),
        soil_background=Reference(value=0.226),
        root=permil(100.226, 0.0),
        root_background=Reference(value=0.226),
    )

    found = found_by_label(labelled(layer, scales=()), options(tracer="14C"))

    assert found.amounts.total_g_m2 == pytest.approx(36.0, abs=1e-6)
    share = found.amounts.layers[0].share
    assert share.own_sd == pytest.approx(0.01 * 2**0.5 / 100, rel=0.01)


def test_other_plots_stand_in_with_their_spread():
    """By hand: three plots that differ by .3: this one lies off by .3, and their mean, the same
    for all plots compared with it, by .3 / sqrt 3. The limit is 3 x .3 / 88.5 of 3600 g."""
    others = Reference(value=-27.0, spread=0.3, number=3, nearness="block", plots=("A", "B", "C"))
    the_plot = labelled(faint(soil_background=others, soil=permil(-25.0)))

    found = found_by_label(the_plot, options())
    result = estimate(the_plot)

    share = found.amounts.layers[0].share
    assert share.own_sd == pytest.approx((0.1**2 + 0.3**2) ** 0.5 / 88.5, rel=0.01)
    assert share.reference == ("block A, B, C", pytest.approx(0.3 / 3**0.5 / 88.5, rel=0.01))
    assert found.amounts.limit_g_m2 == pytest.approx(36.6, abs=0.1)
    assert "reference_of_block" in codes(result)
    assert "reference" in {item.input for item in result.input_budget}
    assert any(effect.input.startswith("reference:0-15") for effect in result.shared_effects)


def test_a_single_other_plot_is_told():
    alone = Reference(value=-27.0, nearness="site", plots=("A",))

    told = found_by_label(labelled(faint(soil_background=alone)), options()).notes

    assert {"reference_of_site", "reference_alone", "reference_of_plot"} <= {
        note.code for note in told
    }


def test_without_roots_the_soil_stands_alone():
    bare = dataclasses.replace(labelled(), cores=())

    result = estimate(bare)

    assert (result.root_c_stock, result.c_input) == (None, None)
    assert means(result)["rhizodeposit_c_input"] == pytest.approx(32.6, rel=0.01)
    assert [(item.quantity, item.code) for item in result.refused] == [
        ("root_c_stock", "not_enough_data"),
        ("c_input", "not_enough_data"),
    ]


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"root": permil(-28.5)}, NotEnoughData, "no label above their background"),
        ({"root": permil(-40.0)}, NotEnoughData, "no label above their background"),
        ({"root": permil(-28.1)}, UnderDetermined, "times its error"),
        ({"soil": permil(-30.0)}, UnfitBackground, "other side of its reference"),
        ({"soil": permil(80.0)}, UnfitBackground, "beyond the roots"),
        (
            {"soil_background": Reference(value=-27.0, spread=40.0)},
            UnderDetermined,
            "too alike",
        ),
    ],
)
def test_labels_that_tell_nothing_are_refused_by_name(values, error, told):
    with pytest.raises(error, match=told):
        found_by_label(labelled(faint(**values)), options())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"soil": permil(float("nan"))}, "no number"),
        ({"element_g_per_g": Concentration(value=0.0)}, "above 0"),
        ({"element_g_per_g": Concentration(value=2.0)}, "above 0"),
        ({"bulk_density_g_cm3": Density(value=1200.0)}, "Check its unit"),
        ({"upper_depth_cm": 20.0}, "must be above"),
    ],
)
def test_what_no_layer_can_have_is_refused(values, told):
    with pytest.raises(ImpossibleLayer, match=told):
        faint(**values)


def test_depths_count_once_and_gaps_are_told():
    over = faint(upper_depth_cm=0.0, lower_depth_cm=30.0)
    below = faint(upper_depth_cm=20.0, lower_depth_cm=30.0)

    with pytest.raises(ImpossibleLayer, match="twice"):
        found_by_label(labelled(LAYER, over), options())
    notes = found_by_label(labelled(LAYER, below), options()).notes
    assert "15-20 cm" in next(note.message for note in notes if note.code == "soil_gap")


def test_modern_carbon_is_a_part_in_a_million_million():
    """Karlen et al. 1964: 14C over C of modern C is 1.176e-12, by other means."""
    assert MODERN.ratio == pytest.approx(1.176e-12, rel=0.005)
    assert atom_fraction_of_activity(0.226).uncertainty is None
    with pytest.raises(ImpossibleLayer, match="Bq per g C is none"):
        atom_fraction_of_activity(0.0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("soil_background", "unlabelled soil at 0-15 cm"),
        ("root", "labelled roots"),
        ("root_background", "unlabelled roots"),
        ("element_g_per_g", "C of the soil"),
        ("bulk_density_g_cm3", "bulk density"),
    ],
)
def test_what_is_missing_is_named(name, told):
    the_plot = labelled(faint(**{name: None}), backgrounds_sought="There are no controls.")

    with pytest.raises(NotEnoughData, match=told) as caught:
        found_by_label(the_plot, options())

    is_reference = "background" in name
    assert caught.value.code == ("reference_missing" if is_reference else "not_enough_data")
    assert str(caught.value).endswith("There are no controls.") == is_reference


def test_a_plot_without_label_is_refused():
    with pytest.raises(NotEnoughData, match="no labelled soil"):
        estimate(plot())


def test_one_tracer_does_not_tell_two_species():
    stands = [Stand(species="wheat", share=0.5), Stand(species="pea", share=0.5)]

    with pytest.raises(UnderDetermined, match="2 species"):
        estimate(labelled(stands=stands))


def test_backgrounds_and_scales_are_checked():
    legume = Stand(plant_group="Fabaceae")

    with pytest.raises(UnfitBackground):
        found_by_label(
            labelled(scales=(None,), stands=[legume]),
            options(tracer="15N", background="unplanted"),
        )
    with pytest.raises(MixedScales):
        found_by_label(labelled(scales=("VPDB", "VPDB-LSVEC")), options())
    told = found_by_label(labelled(), options(background="unplanted", label="pulse"))
    assert {"label_background_other", "label_pulse_label"} <= {note.code for note in told.notes}
