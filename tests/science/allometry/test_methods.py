from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.allometry.formulas import returned_c
from estimates.science.allometry.methods import METHODS, bind
from estimates.science.allometry.stands import YieldStand
from estimates.science.errors import (
    DurationMissing,
    ImpossibleOption,
    RenewalMissing,
    UnknownCrop,
    WaterMissing,
    YieldMissing,
)
from tests.science.allometry.builders import allocated, bound, kg_ha, yield_parameters

LINEAR = ("bolinder_2007", "water_class", "amg_v2", "ipcc_2019_tier1")


@pytest.mark.parametrize("method", [name for name in METHODS if name != "cover_crop"])
def test_a_method_refuses_a_crop_it_has_no_row_for(method):
    with pytest.raises(UnknownCrop, match="dragon fruit") as refused:
        bound(method, crop="dragon fruit", yield_t_ha=5.0, season_water_mm=300)

    assert "It has: " in str(refused.value)


@pytest.mark.parametrize("method", ["bolinder_2007", "harvest_index", "amg_v2", "ipcc_2019_tier2"])
def test_without_a_yield_there_is_no_estimate(method):
    with pytest.raises(YieldMissing, match="winter wheat"):
        bound(method, crop="winter wheat")


def test_the_water_of_the_season_is_not_guessed():
    with pytest.raises(WaterMissing, match="in mm"):
        bound("water_class", crop="wheat", yield_t_ha=5.0)


def test_each_class_of_water_ends_where_the_next_begins():
    rows = [
        bound("water_class", crop="wheat", yield_t_ha=5.0, season_water_mm=water).rows[0]
        for water in (0, 199.9, 200, 349.9, 350, 2000)
    ]

    assert rows == [
        f"water_class.wheat_{name}" for name in ("dry", "dry", "medium", "medium", "wet", "wet")
    ]


def test_a_cover_crop_of_unknown_size_and_age_is_refused():
    with pytest.raises(DurationMissing, match="phacelia"):
        bound("cover_crop", crop="phacelia", kind="cover")


def test_a_main_crop_is_no_cover_crop():
    with pytest.raises(UnknownCrop, match="no cover crop"):
        bound("cover_crop", crop="winter wheat", duration_days=200)


def test_perennial_roots_are_spread_over_the_life_of_the_stand():
    yearly = allocated("ipcc_2019_tier1", crop="lucerne", yield_t_ha=8.0, renewal_years=4)

    # 8 t x (1 + 0) x 0.40 x 0.42 / 4 years
    assert kg_ha(yearly.root_c) == pytest.approx(8.0 * 0.40 * 0.42 / 4 * 1000)
    with pytest.raises(RenewalMissing, match="lucerne"):
        bound("ipcc_2019_tier1", crop="lucerne", yield_t_ha=8.0)


def test_a_relative_stands_in_and_says_so():
    notes = bound("bolinder_2007", crop="spring wheat", yield_t_ha=5.0).notes

    assert [note.code for note in notes] == ["crop_of_relative"]
    assert "that of winter wheat is taken" in notes[0].message


def test_the_doubtful_row_of_pea_comes_with_its_warning():
    notes = bound("bolinder_2007", crop="pea", yield_t_ha=4.0).notes

    assert [note.code for note in notes] == ["doubtful_row"]
    assert "7.2 times the roots" in notes[0].message


def test_a_harvest_index_does_not_rise_without_limit():
    """Barley at 10 t: .373 + .028 x 10 = .653, capped at .65."""
    stand = bound("ipcc_2019_tier2", crop="barley", yield_t_ha=10.0)

    assert [note.code for note in stand.notes] == ["harvest_index_capped"]
    assert kg_ha(stand.published().straw_c) == pytest.approx(4200 * 0.35 / 0.65)


def test_potato_may_have_more_in_its_tubers_than_the_cap_for_grain():
    stand = bound("ipcc_2019_tier2", crop="potato", yield_t_ha=10.0)

    assert stand.notes == ()
    assert kg_ha(stand.published().straw_c) == pytest.approx(4200 * 0.205 / 0.795)


def test_roots_of_root_crops_leave_no_rhizodeposits_by_bolinder():
    found = allocated("bolinder_2007", crop="potato", yield_t_ha=10.0)

    assert kg_ha(found.rhizodeposit_c) == 0


def test_fixed_roots_need_no_yield_and_then_say_nothing_of_straw():
    found = allocated("fixed_root_c", crop="grain maize")

    assert (found.product_c, found.straw_c) == (None, None)
    assert kg_ha(found.root_c) + kg_ha(found.rhizodeposit_c) == pytest.approx(460)


def test_a_ratio_given_takes_the_place_of_the_published_one():
    found = allocated("fixed_root_c", crop="ley", deposition_ratio=0.2)
    amg = allocated("amg_v2", crop="wheat", yield_t_ha=5.0, deposition_ratio=0.0)
    shares = allocated("bolinder_2007", crop="wheat", yield_t_ha=5.0, deposition_ratio=1.0)
    cover = allocated("cover_crop", crop="x", kind="cover", yield_t_ha=2, deposition_ratio=0.0)
    fixed = allocated("fixed_root_c", crop="wheat", deposition_ratio=1.0)

    assert kg_ha(found.rhizodeposit_c) == pytest.approx(300)
    assert kg_ha(amg.rhizodeposit_c) == 0
    assert kg_ha(shares.rhizodeposit_c) == pytest.approx(kg_ha(shares.root_c))
    assert kg_ha(cover.rhizodeposit_c) == 0
    assert kg_ha(fixed.root_c) == pytest.approx(300)


def test_half_given_ratios_leave_the_other_half_to_the_table():
    found = allocated("harvest_index", crop="barley", yield_t_ha=5.0, shoot_root=4.0)

    assert kg_ha(found.rhizodeposit_c) / kg_ha(found.root_c) == pytest.approx(0.059 / 0.090)


def test_what_stays_counts_the_parts_the_method_gives():
    roots_only = allocated("ipcc_2019_tier1", crop="wheat", yield_t_ha=5.0)

    kept = returned_c(roots_only, straw=0.0)

    assert kept == roots_only.root_c


def test_an_unknown_method_is_refused_with_the_names_of_all():
    with pytest.raises(ImpossibleOption, match=r"guess.*bolinder_2007.*cover_crop"):
        bind("guess", YieldStand(crop="wheat", yield_t_ha=5.0), yield_parameters())


@pytest.mark.parametrize(
    "wrong",
    [{"share": 1.2}, {"yield_t_ha": -1.0}, {"yield_t_ha": 700.0}, {"harvest_index": 0.0}],
)
def test_a_stand_that_cannot_be_is_refused(wrong):
    with pytest.raises(ImpossibleOption, match=next(iter(wrong))):
        bound("bolinder_2007", **{"crop": "wheat", "yield_t_ha": 5.0, **wrong})


@settings(max_examples=25, deadline=None)
@given(yield_t_ha=st.floats(0.1, 30.0), factor=st.floats(0.1, 3.0))
def test_twice_the_yield_is_twice_the_c(yield_t_ha, factor):
    for method in LINEAR:
        one, more = (
            allocated(method, crop="wheat", yield_t_ha=amount, season_water_mm=300)
            for amount in (yield_t_ha, yield_t_ha * factor)
        )

        for part in ("product_c", "straw_c", "root_c"):
            assert getattr(more, part) == pytest.approx(getattr(one, part) * factor, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(yield_t_ha=st.floats(0.1, 20.0))
def test_bolinder_divides_the_whole_plant_and_loses_nothing(yield_t_ha):
    """The shares make a whole, so that the parts sum to C of the product over RP."""
    found = allocated("bolinder_2007", crop="winter wheat", yield_t_ha=yield_t_ha)

    parts = (found.product_c, found.straw_c, found.root_c, found.rhizodeposit_c)
    assert np.sum(parts) == pytest.approx(found.product_c[0] / 0.322, rel=1e-12)
