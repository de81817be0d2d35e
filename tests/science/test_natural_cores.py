"""New C in soil by natural abundance: amounts, limits, and when it is a C input."""

from __future__ import annotations

import dataclasses

import pytest

from estimates.science.errors import MixedScales, NotEnoughData, UnderDetermined
from estimates.science.inputs import Endmember, Measured, NaturalLayer, Stand
from estimates.science.natural_cores import estimate_natural, new_carbon
from tests.science.builders import codes, core, options, parameter_set, plot, root


def permil(value, sd=0.1):
    return Measured(value=value, uncertainty=sd)


LAYER = NaturalLayer(
    upper_depth_cm=0.0,
    lower_depth_cm=15.0,
    soil=permil(-24.8),
    reference=permil(-27.0),
    carbon_g_per_g=0.02,
    bulk_density_g_cm3=1.2,
)
"""3600 g C m-2 by hand: 0.02 x 1.2 x 15 x 10,000."""
MAIZE = Endmember(delta13c=permil(-12.0, 0.2))


def maize(*layers, crop=MAIZE, scales=("VPDB",), delta=None, **others):
    return plot(
        core("c1", root(carbon_g_per_g=0.4, delta13c_permil=delta)),
        natural=layers or (LAYER,),
        crop_root=crop,
        delta13c_scales=scales,
        **others,
    )


def estimate(the_plot, **others):
    return estimate_natural(the_plot, parameters=parameter_set(), options=options(**others))


def lines(result):
    return {item.component: item.c.mean for item in result.components}


def test_a_share_of_the_soil_carbon_is_of_maize():
    """By hand: 2.2 / 15 = .14667 of 3600 g is 528; u_f = sqrt(.1^2 + (.8533 x .1)^2 +
    (.14667 x .2)^2) / 15 = .00898: 32.3 g, and the limit twice that, 64.7."""
    found = new_carbon(maize(), options())

    assert found.carbon.value == pytest.approx(528.0, abs=0.1)
    assert found.carbon.uncertainty == pytest.approx(32.3, abs=0.1)
    assert found.limit_g_m2 == pytest.approx(64.7, abs=0.2)


def test_old_new_carbon_is_a_line_and_no_input():
    result = estimate(maize(), crop_years=12)

    assert lines(result)["new_soil_c"] == pytest.approx(528.0, abs=0.1)
    assert "new_carbon_no_input" in codes(result)
    assert result.c_input_nominal_g_m2 < 150


def test_in_the_first_season_it_is_the_net_rhizodeposition():
    """By hand: 40 g C of roots x 1.335, and 528 of the soil."""
    result = estimate(maize(), crop_years=1, washing_loss="prior")

    assert result.c_input_nominal_g_m2 == pytest.approx(53.4 + 528.0, abs=0.2)
    assert "washing_loss_dropped" in codes(result)


def test_wheat_on_soil_that_grew_maize_counts_the_other_way():
    layer = dataclasses.replace(LAYER, soil=permil(-16.0), reference=permil(-14.0))
    wheat = Endmember(delta13c=permil(-28.0))

    assert new_carbon(maize(layer, crop=wheat), options()).carbon.value == pytest.approx(
        3600 / 7, abs=0.1
    )


def test_a_layer_below_its_limit_holds_none_to_the_limit():
    """By hand: u_f of next to nothing is .1 sqrt 2 / 15 = .00943: half of .01886 x 3600 is 33.9."""
    faint = dataclasses.replace(LAYER, soil=permil(-26.95))

    found = new_carbon(maize(faint), options())

    assert found.carbon.value == pytest.approx(33.9, abs=0.2)
    assert "natural_below_detection" in {note.code for note in found.notes}


def test_washed_roots_stand_in_for_clean_ones():
    one = new_carbon(maize(crop=None, delta=-12.0), options())
    cores = [core(key, root(delta13c_permil=delta)) for key, delta in (("a", -11.9), ("b", -12.1))]
    two = new_carbon(plot(*cores, natural=(LAYER,), delta13c_scales=("VPDB",)), options())

    assert one.carbon.value == pytest.approx(528.0, abs=0.1)
    assert two.carbon.value == pytest.approx(528.0, abs=0.1)
    with pytest.raises(NotEnoughData, match="delta13c of the roots"):
        new_carbon(maize(crop=None), options())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("reference", "delta13c_reference at 0-15 cm"),
        ("carbon_g_per_g", "C of the soil"),
        ("bulk_density_g_cm3", "bulk density"),
    ],
)
def test_what_is_missing_is_named(name, told):
    with pytest.raises(NotEnoughData, match=told):
        new_carbon(maize(dataclasses.replace(LAYER, **{name: None})), options())


def test_what_cannot_be_told_is_refused():
    alike = Endmember(delta13c=permil(-26.9))
    mixture = [Stand(species="maize", share=0.5), Stand(species="bean", share=0.5)]

    with pytest.raises(NotEnoughData, match="crop_years"):
        estimate(maize())
    bare = dataclasses.replace(maize(), natural=())
    with pytest.raises(NotEnoughData, match="no soil with"):
        new_carbon(bare, options())
    with pytest.raises(UnderDetermined, match="too alike"):
        new_carbon(maize(crop=alike), options())
    with pytest.raises(UnderDetermined, match="2 species"):
        new_carbon(maize(stands=mixture), options())
    with pytest.raises(MixedScales):
        new_carbon(maize(scales=(None,)), options())
