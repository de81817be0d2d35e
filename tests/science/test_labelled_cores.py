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
from estimates.science.labelled_cores import deposited_carbon, estimate_labelled
from tests.science.builders import codes, core, options, parameter_set, plot, root


def permil(value, sd=0.1):
    return Measured(value=value, uncertainty=sd)


LAYER = LabelledLayer(
    upper_depth_cm=0.0,
    lower_depth_cm=15.0,
    soil=permil(-26.2),
    soil_background=permil(-27.0),
    root=permil(60.0),
    root_background=permil(-28.5),
    element_g_per_g=0.02,
    bulk_density_g_cm3=1.2,
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
    return {item.component: item.c.mean for item in result.components}


def test_rhizodeposits_and_their_limit_by_hand():
    """By hand, as for the share alone: .00905 of 3600 g is 32.6, the limit 3 x .1 / 88.5 of it
    12.2; u = 3600 x .1 x sqrt 2 / 88.5 = 5.75."""
    found = deposited_carbon(labelled(), options())

    assert found.carbon.value == pytest.approx(32.6, abs=0.05)
    assert found.carbon.uncertainty == pytest.approx(5.75, abs=0.05)
    assert found.limit_g_m2 == pytest.approx(12.2, abs=0.05)


def test_the_input_is_roots_and_what_the_tracer_found():
    """By hand: 40 g C of roots x 1.335 = 53.4, and 32.6: no prior of deposits, no washing loss."""
    result = estimate(labelled())

    assert result.root_c_nominal_g_m2 == pytest.approx(40.0)
    assert result.c_input_nominal_g_m2 == pytest.approx(53.4 + 32.6, abs=0.1)
    assert means(result)["rhizodeposit_c_input"] == pytest.approx(32.6, rel=0.01)
    assert means(result)["rhizodeposit_limit"] == pytest.approx(12.2, abs=0.05)
    assert {"washing_loss_dropped", "rhizodeposits_by_label"} <= codes(result)
    assert {"deposited", "mass", "carbon"} & {item.input for item in result.input_budget}


def test_a_layer_below_its_limit_holds_none_to_the_limit():
    """By hand: half the limit of 12.2 g, +- 12.2 / sqrt 12 = 3.52."""
    faint = dataclasses.replace(LAYER, soil=permil(-26.9))

    found = deposited_carbon(labelled(faint), options())

    assert found.carbon.value == pytest.approx(6.1, abs=0.05)
    assert found.carbon.uncertainty == pytest.approx(3.52, abs=0.02)
    assert "label_below_detection" in {note.code for note in found.notes}


def test_layers_add_up():
    deep = dataclasses.replace(LAYER, upper_depth_cm=15.0, lower_depth_cm=30.0)

    one, two = (
        deposited_carbon(labelled(*layers), options()) for layers in ((LAYER,), (LAYER, deep))
    )

    assert two.carbon.value == pytest.approx(2 * one.carbon.value)
    assert two.limit_g_m2 == pytest.approx(2**0.5 * one.limit_g_m2)


def test_nitrogen_becomes_carbon_by_the_ratio_of_the_roots():
    """By hand: .0120 / .8810 of 100 g N = 1.362 g N, x 30 = 40.9 g C."""
    values = (0.3820, 0.3700, 1.2500, 0.3690)
    deltas = [(x / 100 / (1 - x / 100) * 272 - 1) * 1000 for x in values]
    soil, background, roots, root_background = (permil(delta, 0.2) for delta in deltas)
    layer = dataclasses.replace(
        LAYER,
        soil=soil,
        soil_background=background,
        root=roots,
        root_background=root_background,
        element_g_per_g=0.1 / 180,
    )
    given = options(tracer="15N")

    found = deposited_carbon(labelled(layer, scales=(None,), root_carbon_per_nitrogen=30.0), given)

    assert found.carbon.value == pytest.approx(40.9, abs=0.05)
    assert "carbon_of_nitrogen" in {note.code for note in found.notes}
    with pytest.raises(NotEnoughData, match="the C and the N of the roots"):
        deposited_carbon(labelled(layer, scales=(None,)), given)


def test_radiocarbon_counts_by_activity():
    """By hand: (1.226 - .226) / (100.226 - .226) = .01 of 3600 g."""
    values = (1.226, 0.226, 100.226, 0.226)
    soil, background, roots, root_background = (permil(value, 0.0) for value in values)
    layer = dataclasses.replace(
        LAYER, soil=soil, soil_background=background, root=roots, root_background=root_background
    )

    found = deposited_carbon(labelled(layer, scales=()), options(tracer="14C"))

    assert found.carbon.value == pytest.approx(36.0, abs=1e-6)
    assert found.carbon.uncertainty == pytest.approx(3600 * 0.01 * 2**0.5 / 100, rel=0.01)


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
        ("element_g_per_g", "C or N of the soil"),
        ("bulk_density_g_cm3", "bulk density"),
    ],
)
def test_what_is_missing_is_named(name, told):
    with pytest.raises(NotEnoughData, match=told):
        deposited_carbon(labelled(dataclasses.replace(LAYER, **{name: None})), options())


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
        deposited_carbon(
            labelled(scales=(None,), stands=[legume], root_carbon_per_nitrogen=20.0),
            options(tracer="15N", background="unplanted"),
        )
    with pytest.raises(MixedScales):
        deposited_carbon(labelled(scales=("VPDB", "VPDB-LSVEC")), options())
    told = deposited_carbon(labelled(), options(background="unplanted", label="pulse"))
    assert {"label_background_other", "label_pulse_label"} <= {note.code for note in told.notes}
