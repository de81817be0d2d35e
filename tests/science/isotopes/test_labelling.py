from __future__ import annotations

import dataclasses

import pytest

from estimates.science.errors import (
    CountedTwice,
    ImpossibleLayer,
    MixedScales,
    NotEnoughData,
    UnfitBackground,
)
from estimates.science.isotopes.labelling import (
    Background,
    LabelledPlot,
    check_counted_once,
    ratio_of_share,
    rhizodeposition,
    share_of_plant,
)
from estimates.science.isotopes.scales import AIR_N2, VPDB, AtomFraction, atom_fraction


def nitrogen(percent, uncertainty_percent=None):
    u = None if uncertainty_percent is None else uncertainty_percent / 100
    return AtomFraction(value=percent / 100, standard=AIR_N2, uncertainty=u)


def carbon(delta, uncertainty=None):
    return atom_fraction(delta, standard=VPDB, uncertainty_permil=uncertainty)


def plot(u_soil=2e-4, soil=0.3820):
    return LabelledPlot(
        soil=nitrogen(soil, u_soil),
        soil_background=nitrogen(0.3700, u_soil),
        root=nitrogen(1.2500, 2e-2),
        root_background=nitrogen(0.3690),
    )


def test_nitrogen_left_by_labelled_roots():
    """By hand: 0.0120 / 0.8810 = 0.01362 of 2000 kg N per ha: 27.2 kg; u(soil) 2e-6 and u(root)
    2e-4 as fractions: 4.5e-4, 3.3 % of the share, 0.9 kg."""
    found = rhizodeposition(plot(), soil_stock=2000, label="repeated")

    assert found.share == pytest.approx(0.01362, abs=5e-6)
    assert found.amount == pytest.approx(27.2, abs=0.05)
    assert found.uncertainty == pytest.approx(4.5e-4, abs=5e-6)
    assert found.uncertainty / found.share == pytest.approx(0.033, abs=5e-4)
    assert found.amount_uncertainty == pytest.approx(0.9, abs=0.05)
    assert found.is_detected
    assert found.findings == ()


def test_deltas_instead_of_atom_fractions_would_err():
    """By hand: delta values of the same fractions give 0.01350, 0.9 % less."""
    soil, background, root, root_background = (
        nitrogen(percent).delta_permil for percent in (0.3820, 0.3700, 1.2500, 0.3690)
    )

    by_delta = (soil - background) / (root - root_background)

    assert by_delta == pytest.approx(0.01350, abs=5e-6)
    assert by_delta / (0.0120 / 0.8810) - 1 == pytest.approx(-0.009, abs=5e-4)


def test_carbon_has_a_detection_limit_worth_telling():
    """By hand: share 0.00905 of 36 t C per ha is 326 kg; 0.1 permil of the soil alone is
    0.1 / 88.5 x 36 000 = 41 kg, the limit 3 x 0.1 / 88.5 = 0.34 %, 122 kg."""
    found = rhizodeposition(
        LabelledPlot(
            soil=carbon(-26.2, 0.1),
            soil_background=carbon(-27.0, 0.1),
            root=carbon(60.0),
            root_background=carbon(-28.5),
        ),
        soil_stock=36_000,
        label="repeated",
    )
    soil_only = rhizodeposition(
        LabelledPlot(
            soil=carbon(-26.2, 0.1),
            soil_background=carbon(-27.0),
            root=carbon(60.0),
            root_background=carbon(-28.5),
        ),
        soil_stock=36_000,
        label="repeated",
    )

    assert found.share == pytest.approx(0.00905, abs=5e-6)
    assert found.amount == pytest.approx(326, abs=0.5)
    assert soil_only.amount_uncertainty == pytest.approx(41, abs=0.5)
    assert found.detection_share == pytest.approx(0.0034, abs=5e-5)
    assert found.detection_amount == pytest.approx(122, abs=0.5)
    assert soil_only.detection_share is None
    assert soil_only.is_detected is None


def test_no_uncertainty_is_made_up():
    found = rhizodeposition(plot(u_soil=None), soil_stock=2000, label="repeated")

    assert found.uncertainty is None
    assert found.amount_uncertainty is None
    assert found.detection_amount is None


@pytest.mark.parametrize(
    ("soil", "label", "background", "codes"),
    [
        (0.3820, "pulse", Background(), ["pulse_label"]),
        (0.3820, "continuous", Background(kind="unplanted"), ["background_other"]),
        (0.3705, "repeated", Background(), ["below_detection"]),
        (0.3690, "repeated", Background(), ["below_background"]),
    ],
)
def test_doubts_are_found(soil, label, background, codes):
    found = rhizodeposition(plot(soil=soil), soil_stock=2000, label=label, background=background)

    assert [finding.code for finding in found.findings] == codes


def test_soil_above_its_roots_and_roots_lost_in_noise_are_doubtful():
    """By hand: soil of 1.3 % above roots of 1.25 %; an excess of .881 % with an error of .4 %."""
    faint = dataclasses.replace(plot(), root=nitrogen(1.2500, 0.4))

    told = [
        [finding.code for finding in rhizodeposition(each, soil_stock=1, label="repeated").findings]
        for each in (plot(soil=1.3), faint)
    ]

    assert told == [["above_roots"], ["root_label_faint"]]


def test_a_background_of_another_layer_is_refused():
    with pytest.raises(UnfitBackground, match="same depth layer"):
        rhizodeposition(
            plot(), soil_stock=1, label="repeated", background=Background(is_same_layer=False)
        )


def test_a_legume_needs_the_background_of_its_own_soil_for_nitrogen():
    other = Background(kind="unlabelled_other_species")

    with pytest.raises(UnfitBackground, match="Fixed N"):
        rhizodeposition(plot(), soil_stock=1, label="repeated", background=other, is_legume=True)
    for kind in ("unlabelled_same_species", "non_nodulating"):
        assert rhizodeposition(
            plot(),
            soil_stock=1,
            label="repeated",
            background=Background(kind=kind),
            is_legume=True,
        ).is_detected


def test_roots_without_label_trace_nothing():
    with pytest.raises(NotEnoughData, match="no label"):
        LabelledPlot(
            soil=nitrogen(0.37),
            soil_background=nitrogen(0.37),
            root=nitrogen(0.369),
            root_background=nitrogen(0.369),
        )


def test_soil_and_root_have_one_standard():
    with pytest.raises(MixedScales, match="VPDB, air-N2"):
        LabelledPlot(
            soil=carbon(-20),
            soil_background=nitrogen(0.37),
            root=nitrogen(1),
            root_background=nitrogen(0.37),
        )


def test_a_stock_below_zero_is_refused():
    with pytest.raises(ImpossibleLayer):
        rhizodeposition(plot(), soil_stock=-1, label="repeated")


def test_the_share_of_the_plant_counts_what_it_left():
    """Pea of Schmidtke 2005, Soil Biol. Biochem. 37:1893: 19.8 mg N a plant is 10.5 % of
    root and shoot N, 188.6 mg; of all three it is 9.5 %."""
    assert share_of_plant(19.8, plant_amount=19.8 / 0.105) == pytest.approx(0.095, abs=5e-4)
    with pytest.raises(NotEnoughData):
        share_of_plant(0, plant_amount=0)


@pytest.mark.parametrize(("share", "ratio"), [(0.40, 0.67), (0.54, 1.17), (0.63, 1.70)])
def test_a_share_of_below_ground_carbon_is_a_ratio_to_root(share, ratio):
    """The shares Hirte et al. 2018 discuss, doi:10.1016/j.agee.2018.07.010."""
    assert ratio_of_share(share) == pytest.approx(ratio, abs=5e-3)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ImpossibleLayer):
        ratio_of_share(share)


def test_roots_lost_in_washing_are_counted_once():
    with pytest.raises(CountedTwice, match="already holds the roots lost"):
        check_counted_once("labelling", washing_loss=0.1)

    assert check_counted_once("labelling", washing_loss=0.0) is None
    assert check_counted_once("literature", washing_loss=0.1) is None
