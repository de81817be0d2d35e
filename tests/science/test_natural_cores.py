"""New C in soil by natural abundance: amounts, limits, and when it is a C input."""

from __future__ import annotations

import dataclasses
import math

import pytest

from estimates.science.errors import (
    ImpossibleLayer,
    MixedScales,
    NotEnoughData,
    UnderDetermined,
    UnfitBackground,
)
from estimates.science.inputs import Endmember, Measured, NaturalLayer, Stand
from estimates.science.natural_cores import estimate_natural, new_carbon
from estimates.science.tracer_layers import Concentration, Density, Reference
from estimates.science.treatments import observations_of, treatment_means
from tests.science.builders import codes, core, options, parameter_set, plot, root


def permil(value, sd=0.1):
    return Measured(value=value, uncertainty=sd)


LAYER = NaturalLayer(
    upper_depth_cm=0.0,
    lower_depth_cm=15.0,
    soil=permil(-24.8),
    reference=Reference(value=-27.0),
    element_g_per_g=Concentration(value=0.02),
    bulk_density_g_cm3=Density(value=1.2),
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
    return {
        item.component: item.amount.mean
        for item in result.components
        if item.upper_depth_cm is None
    }


def soil_line(result):
    return next(item for item in result.components if item.component == "new_soil_c")


def test_a_share_of_the_soil_carbon_is_of_maize():
    """By hand: 2.2 / 15 = .14667 of 3600 g is 528; u_f = sqrt(.1^2 + (.8533 x .1)^2 +
    (.14667 x .2)^2) / 15 = .00898: 32.3 g, and the limit twice that, 64.7."""
    amounts = new_carbon(maize(), options()).amounts

    share = amounts.layers[0].share
    assert amounts.total_g_m2 == pytest.approx(528.0, abs=0.1)
    assert 3600 * math.hypot(share.own_sd, share.value * share.of_root) == pytest.approx(
        32.3, abs=0.1
    )
    assert amounts.limit_g_m2 == pytest.approx(64.7, abs=0.2)


def test_the_interval_holds_tracer_concentration_batch_and_density():
    """By hand: 32.3 of the tracer and 528 x sqrt(.02^2 + .02^2 + .05^2) = 30.3: 44.3 together."""
    line = soil_line(estimate(maize(), crop_years=12))

    assert line.amount.sd == pytest.approx(44.3, rel=0.02)
    shares = {item.input: item.share for item in line.budget}
    assert shares["bulk_density"] == pytest.approx((528 * 0.05 / 44.3) ** 2, abs=0.02)
    assert shares["soil_concentration_batch"] == pytest.approx(0.057, abs=0.01)


def test_old_new_carbon_is_a_line_and_no_input():
    result = estimate(maize(), crop_years=12)

    assert lines(result)["new_soil_c"] == pytest.approx(528.0, abs=1.0)
    assert lines(result)["new_soil_c_limit"] == pytest.approx(64.7, abs=0.2)
    assert "new_carbon_no_input" in codes(result)
    assert result.c_input_nominal_g_m2 < 150


def test_in_the_first_season_it_is_the_net_rhizodeposition():
    """By hand: 40 g C of roots x 1.335, and 528 of the soil."""
    result = estimate(maize(), crop_years=1, washing_loss="prior")

    assert result.c_input_nominal_g_m2 == pytest.approx(53.4 + 528.0, abs=0.2)
    assert "washing_loss_dropped" in codes(result)


def test_wheat_on_soil_that_grew_maize_counts_the_other_way():
    layer = dataclasses.replace(LAYER, soil=permil(-16.0), reference=Reference(value=-14.0))
    wheat = Endmember(delta13c=permil(-28.0))

    found = new_carbon(maize(layer, crop=wheat), options())

    assert found.amounts.total_g_m2 == pytest.approx(3600 / 7, abs=0.1)


def test_a_layer_below_its_limit_holds_none_to_the_limit():
    """By hand: u_f of next to nothing is .1 sqrt 2 / 15 = .00943: half of .01886 x 3600 is 33.9."""
    faint = dataclasses.replace(LAYER, soil=permil(-26.95))

    found = new_carbon(maize(faint), options())

    assert found.amounts.total_g_m2 == pytest.approx(33.9, abs=0.2)
    assert "natural_below_detection" in {note.code for note in found.notes}


def test_washed_roots_stand_in_for_clean_ones():
    one = new_carbon(maize(crop=None, delta=-12.0), options())
    cores = [core(key, root(delta13c_permil=delta)) for key, delta in (("a", -11.9), ("b", -12.1))]
    two = new_carbon(plot(*cores, natural=(LAYER,), delta13c_scales=("VPDB",)), options())

    assert one.amounts.total_g_m2 == pytest.approx(528.0, abs=0.1)
    assert two.amounts.total_g_m2 == pytest.approx(528.0, abs=0.1)
    with pytest.raises(NotEnoughData, match="delta13c of the roots"):
        new_carbon(maize(crop=None), options())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("reference", "delta13c_reference at 0-15 cm"),
        ("element_g_per_g", "C of the soil"),
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


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"soil": permil(-28.0)}, UnfitBackground, "other side of its reference"),
        ({"soil": permil(-11.0)}, UnfitBackground, "beyond the roots"),
        ({"reference": Reference(value=-12.0)}, UnderDetermined, "nothing tells them apart"),
    ],
)
def test_soils_that_tell_nothing_are_refused_by_name(values, error, told):
    with pytest.raises(error, match=told):
        new_carbon(maize(dataclasses.replace(LAYER, **values)), options())


def test_depths_count_once():
    with pytest.raises(ImpossibleLayer, match="twice"):
        new_carbon(maize(LAYER, dataclasses.replace(LAYER, lower_depth_cm=30.0)), options())


def test_without_roots_the_soil_stands_alone():
    """Roots are needed for root C and C input only: the C in the soil keeps depth and interval."""
    deep = dataclasses.replace(LAYER, upper_depth_cm=15.0, lower_depth_cm=30.0)
    bare = dataclasses.replace(maize(LAYER, deep), cores=(), treatment="maize")

    results = [estimate(bare, crop_years=years) for years in (1, 12)]

    assert treatment_means(results) == ()

    for result in results:
        assert (result.root_c_stock, result.c_input, result.has_roots) == (None, None, False)
        assert lines(result)["new_soil_c"] == pytest.approx(2 * 528.0, rel=0.01)
        assert {item.quantity for item in result.refused} == {"root_c_stock", "c_input"}
        assert "no core with roots" in result.refused[0].message
        assert "roots_not_estimated" in codes(result)
        assert result.lower_depth_cm == 30.0
        with pytest.raises(NotEnoughData, match="were not estimated"):
            observations_of(result, "c_input")
        parts = [
            item
            for item in result.components
            if item.upper_depth_cm is not None and item.component == "new_soil_c"
        ]
        assert [item.amount.mean for item in parts] == pytest.approx([528.0, 528.0], rel=0.01)


def test_shoots_or_print_stand_in_for_roots_nobody_determined():
    """By hand: the error of the roots, 1 permil and .2 of 15, counts with the share: .0680 x f."""
    bare = dataclasses.replace(maize(crop=None), cores=())
    printed = options(crop_delta13c=permil(-12.0, 0.2))

    by_shoot = new_carbon(dataclasses.replace(bare, crop_shoot=permil(-12.0, 0.2)), options())
    by_print = new_carbon(bare, printed)

    assert by_shoot.amounts == by_print.amounts
    assert by_shoot.amounts.layers[0].share.of_root == pytest.approx(1.0198 / 15, rel=1e-3)
    assert {"crop_by_shoots"} <= {note.code for note in by_shoot.notes}
    assert {"crop_by_option"} <= {note.code for note in by_print.notes}


def test_controls_bring_the_error_they_share():
    """By hand: controls differ by .4, and their mean errs by .4 / 2 for all compared with it."""
    controls = Reference(value=-27.0, spread=0.4, number=4, nearness="site", plots=("A", "B"))
    layer = dataclasses.replace(LAYER, reference=controls)

    result = estimate(maize(layer), crop_years=12)

    share = new_carbon(maize(layer), options()).amounts.layers[0].share
    assert share.own_sd == pytest.approx(math.hypot(0.1, 0.8533 * 0.4) / 15, rel=1e-3)
    assert share.reference == ("site A, B", pytest.approx(0.8533 * 0.2 / 15, rel=1e-3))
    assert "reference" in {item.input for item in soil_line(result).budget}
