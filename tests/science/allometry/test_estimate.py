from __future__ import annotations

import pytest

from estimates.science.allometry.estimate import estimate_harvest
from estimates.science.errors import ImpossibleShares, NotEnoughData
from estimates.science.inputs import Options, Plot, YieldStand
from tests.science.allometry.builders import yield_parameters

OPTIONS = Options(seed=1)
WHEAT = YieldStand(crop="winter wheat", yield_t_ha=6.0)


def estimated(*harvests, method="bolinder_2007", key="P1", options=OPTIONS, **plot):
    return estimate_harvest(
        Plot(key=key, cores=(), harvests=harvests, **plot),
        method=method,
        parameters=yield_parameters(),
        options=options,
    )


def test_the_interval_holds_the_published_number():
    """Winter wheat, 6 t: 98.9 g of root C and 164.3 g of below-ground C per m2 by Bolinder."""
    found = estimated(WHEAT)

    assert found.root_c_nominal_g_m2 == pytest.approx(98.94, abs=0.01)
    assert found.root_c_stock.mean == pytest.approx(98.94, rel=0.005)
    # a lognormal ratio of median .661 and factor 1.6 has a mean of .738
    assert found.c_input.mean == pytest.approx(98.94 * 1.738, rel=0.01)
    assert found.root_c_stock.lower < 60
    assert found.root_c_stock.upper > 160
    assert (found.draws, found.is_converged) == (100_000, True)


def test_the_same_seed_gives_the_same_numbers_and_another_others():
    first, again = estimated(WHEAT), estimated(WHEAT)
    other = estimated(WHEAT, options=Options(seed=2))

    assert first == again
    assert first.c_input != other.c_input


def test_a_crop_is_wrong_the_same_way_on_every_plot_and_its_yield_is_not():
    one, other = estimated(WHEAT), estimated(WHEAT, key="P2")

    assert one.shared_effects == other.shared_effects
    assert one.root_c_stock.mean != other.root_c_stock.mean
    assert {item.input for item in one.shared_effects} == {
        "bolinder_2007.carbon",
        "bolinder_2007.winter_wheat.deposition_ratio",
        "bolinder_2007.winter_wheat.root_factor",
    }


def test_variance_shares_name_the_root_coefficient_first_and_make_a_whole():
    found = estimated(WHEAT)

    assert found.stock_budget[0].input == "bolinder_2007.winter_wheat.root_factor"
    assert found.stock_budget[0].share > 0.8
    for budget in (found.stock_budget, found.input_budget):
        assert sum(item.share for item in budget) == pytest.approx(1.0)


def test_two_crops_of_a_year_are_added():
    cover = YieldStand(crop="mustard", kind="cover", yield_t_ha=3.0)

    both = estimated(WHEAT, cover, method="amg_v2")
    parts = [estimated(stand, method="amg_v2") for stand in (WHEAT, cover)]

    assert both.root_c_nominal_g_m2 == pytest.approx(
        sum(part.root_c_nominal_g_m2 for part in parts)
    )


def test_a_part_that_one_crop_lacks_is_not_summed_over_the_others():
    """A ley has no straw by the fixed method, so the year has no C of straw."""
    found = estimated(WHEAT, YieldStand(crop="ley"), method="fixed_root_c")

    assert [part.component for part in found.components] == [
        "root_c_input",
        "rhizodeposit_c_input",
    ]


def test_a_method_of_roots_only_says_so():
    found = estimated(WHEAT, method="ipcc_2019_tier1")

    assert found.c_input == found.root_c_stock
    assert {note.code for note in found.notes} == {"roots_only", "unconfirmed_numbers"}


def test_roots_count_to_the_depth_asked_for_or_to_what_stops_them():
    options = Options(seed=1, target_depth_cm=30)

    whole = estimated(WHEAT)
    shallow = estimated(WHEAT, options=options)
    stopped = estimated(WHEAT, options=options, limiting_depth_cm=25)
    truncated = estimated(WHEAT, options=options, limiting_depth_cm=60)

    # beta .960 gives .7061 and the logistic .6831 above 30 cm; above 60 cm .9136 and .8562
    middle = (0.70614 + 0.68308) / 2
    among = (0.70614 / 0.91365 + 0.68308 / 0.85622) / 2
    nominal = whole.root_c_nominal_g_m2
    assert shallow.root_c_nominal_g_m2 == pytest.approx(nominal * middle, rel=1e-4)
    assert truncated.root_c_nominal_g_m2 == pytest.approx(nominal * among, rel=1e-3)
    assert stopped.root_c_nominal_g_m2 == nominal
    assert (shallow.lower_depth_cm, stopped.lower_depth_cm) == (30, 25)
    assert any("depth_share" in item.input for item in shallow.shared_effects)


def test_amg_takes_its_own_depth():
    found = estimated(WHEAT, method="amg_v2", options=Options(seed=1, target_depth_cm=30))

    assert found.root_c_nominal_g_m2 == pytest.approx(66.655 * (1 - 0.96**30), rel=1e-4)


def test_a_plot_without_a_crop_is_refused():
    with pytest.raises(NotEnoughData, match="No crop is recorded on plot P1"):
        estimated()


def test_species_that_make_no_whole_are_refused():
    half = YieldStand(crop="wheat", yield_t_ha=5.0, share=0.6)

    with pytest.raises(ImpossibleShares, match=r"sum to 0\.6"):
        estimated(half)


def test_ratios_given_for_a_stand_need_no_table_of_shares():
    own = YieldStand(
        crop="quinoa", yield_t_ha=3.0, harvest_index=0.4, shoot_root=8.0, deposition_ratio=0.5
    )

    found = estimated(own, method="harvest_index")

    # 3 t x 45 g / 0.4 / 8
    assert found.root_c_nominal_g_m2 == pytest.approx(3.0 * 45 / 0.4 / 8)
    assert "harvest_index.as given.root_factor" in {item.input for item in found.shared_effects}
