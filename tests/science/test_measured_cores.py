"""Plots by the method measured cores. Cores of 100 cm2: 1 g is 100 g per m2."""

from __future__ import annotations

import pytest

from estimates.science.distributions import Beta, Fixed, Normal
from estimates.science.errors import (
    ImpossibleLayer,
    MixedRoutes,
    NotEnoughData,
    ProfileGap,
)
from estimates.science.geometry import core_area_cm2
from estimates.science.inputs import (
    Core,
    RootMass,
    RowStrip,
    SingleTree,
    Stand,
    TreeRows,
)
from estimates.science.measured_cores import (
    estimate_campaign,
    estimate_plot,
    washed_mass_g_m2,
)
from estimates.science.positions import EqualPositions
from tests.science.builders import (
    INCH_AND_A_HALF_CM2,
    codes,
    core,
    estimate,
    options,
    parameter_set,
    plot,
    root,
)
from tests.science.test_positions import SILSOE_1CB4


def energy_farm_core():
    """Block 0, maize, sample 1, to 1 m (Black et al. 2017, doi:10.5061/dryad.79822)."""
    records = [
        (0, 10, 0.99, 30, 0.4351),
        (10, 30, 0.17, 60, 0.2660),
        (30, 50, 0.02, 60, 0.4317),
        (50, 100, 0.15, 146, 0.3611),
    ]
    return core(
        "1",
        *(
            root(
                upper,
                lower,
                mass,
                area_cm2=INCH_AND_A_HALF_CM2,
                composited_cores=3,
                recovered_length_cm=length,
                carbon_g_per_g=carbon,
            )
            for upper, lower, mass, length, carbon in records
        ),
    )


def test_a_maize_core_holds_the_carbon_its_authors_found():
    """125.940 + 13.221 + 2.524 + 16.270 g C per m2 in the table of the authors."""
    result = estimate(plot(energy_farm_core()))

    assert result.root_c_nominal_g_m2 == pytest.approx(157.956, abs=2e-3)
    assert result.layers[0].root_c.mean == pytest.approx(125.94, abs=0.05)
    assert result.root_c_stock.mean == pytest.approx(157.96, rel=1e-3)
    assert result.root_c_stock.lower < 157.96 < result.root_c_stock.upper
    assert result.lower_depth_cm == 100


def test_two_cores_give_458_kg_of_carbon_per_hectare_give_or_take_40():
    """0.520 g with 22 % ash in the row, 0.260 g with 30 % between; ash of clean root U(.04,.08),
    of soil U(.90,.98), extraneous Beta(4, 36), washing loss U(0, .20), C N(.42, .01), ash
    +-.005, mass +-.005 g: mean 458, sd 40, 95 % 382 to 537 kg C per ha."""
    parameters = parameter_set(
        extraneous__unpicked=Beta(mean=0.10, strength=40),
        carbon__clean_root__Poaceae=Normal(mean=0.42, sd=0.01),
        balance__sd=Fixed(value=0.005),
    )
    area = core_area_cm2(6.0)
    cores = [
        core(position, root(0, 30, mass, area_cm2=area, ash_g_per_g=ash), position=position)
        for position, mass, ash in (("row", 0.520, 0.22), ("mid_row", 0.260, 0.30))
    ]

    result = estimate(
        plot(*cores, positions=RowStrip(row_distance_cm=75)),
        parameters=parameters,
        route="A",
        extraneous="unpicked",
        washing_loss="prior",
        digits=2,
    )

    stock = result.root_c_stock
    assert stock.mean * 10 == pytest.approx(458, abs=5)
    assert stock.sd * 10 == pytest.approx(40, abs=2)
    assert stock.lower * 10 == pytest.approx(382, abs=5)
    assert stock.upper * 10 == pytest.approx(537, abs=5)
    assert result.draws > 100_000


@pytest.mark.parametrize(
    ("scheme", "tonnes_per_ha"),
    [
        (EqualPositions(), 6.88788),
        (TreeRows(half_alley_m=5.0), 6.83319),
        (SingleTree(radius_m=5.0), 6.693597),
    ],
)
def test_the_roots_of_one_poplar_follow_the_position_scheme(scheme, tonnes_per_ha):
    cores = [
        Core(
            key=str(distance),
            distance_m=distance,
            layers=[
                RootMass(
                    upper_depth_cm=30 * number,
                    lower_depth_cm=30 * number + 30,
                    mass_density_mg_cm3=density,
                    kind="fine_root",
                )
                for number, density in enumerate(layers)
            ],
        )
        for distance, layers in SILSOE_1CB4.items()
    ]

    result = estimate(plot(*cores, positions=scheme))

    assert result.root_mass_g_m2 / 100 == pytest.approx(tonnes_per_ha, rel=1e-6)
    assert ("no_replicate_cores" in codes(result)) == (scheme != EqualPositions())


def test_a_mass_below_its_limit_lies_anywhere_below_it():
    """< 0.02 g: mean 0.01 g or 1 g per m2, 95 % from 0.05 to 1.95."""
    limited = root(0, 10, None, washed_mass_below_g=0.02, carbon_g_per_g=0.40)

    result = estimate(plot(core("c1", limited)))

    stock = result.root_c_stock
    assert stock.mean == pytest.approx(0.40, rel=0.01)
    assert (stock.lower, stock.upper) == pytest.approx((0.02, 0.78), abs=0.02)


def test_roots_that_were_looked_for_and_not_found_are_zero():
    result = estimate(plot(core("c1", root(0, 10, 0.0), root(10, 20, 0.0))))

    assert result.root_c_stock.mean == result.root_c_stock.upper == 0.0
    assert result.c_input.mean == 0.0
    assert result.stock_budget == ()


def test_dead_roots_count_unless_told_otherwise():
    """1 g of which 20 % are dead, 0.5 g dead, 0.5 g living: 2 g, or 1.3 g without the dead."""
    the_plot = plot(
        core(
            "c1",
            root(0, 10, 1.0, share_dead=0.2),
            root(0, 10, 0.5, is_living=False),
            root(0, 10, 0.5, is_living=True),
        )
    )

    assert estimate(the_plot).root_mass_g_m2 == pytest.approx(200.0)
    assert estimate(the_plot, counts_dead=False).root_mass_g_m2 == pytest.approx(130.0)


def test_an_unknown_share_of_dead_roots_is_told():
    assert "dead_share_unknown" in codes(estimate(plot(), counts_dead=False))


def test_a_part_of_the_core_stands_for_the_whole():
    """0.25 g from a quarter of the core is 1 g; the share is known to 0.02."""
    result = estimate(plot(core("c1", root(0, 10, 0.25, processed_share=0.25, carbon_g_per_g=0.4))))

    assert result.root_mass_g_m2 == pytest.approx(100.0)
    assert result.root_c_stock.sd / result.root_c_stock.mean == pytest.approx(0.084, abs=0.005)
    assert result.stock_budget[0].input == "processed_share"


def test_route_b_takes_off_the_carbon_of_the_soil():
    """Soil share (.24 - .06) / (.94 - .06) = .2045; .34 - .2045 x .02 = .3359 g C per g."""
    soiled = root(0, 10, 1.0, ash_g_per_g=0.24, carbon_g_per_g=0.34, soil_carbon_g_per_g=0.02)

    result = estimate(plot(core("c1", soiled)))

    assert result.root_c_nominal_g_m2 == pytest.approx(33.59, abs=0.005)
    assert result.root_mass_g_m2 == pytest.approx(79.55, abs=0.005)
    assert "soil_kept" not in codes(result)


def test_carbon_of_the_other_route_is_refused():
    with pytest.raises(MixedRoutes):
        estimate(plot(core("c1", root(ash_g_per_g=0.2, carbon_g_per_g=0.35))), route="A")


def test_route_a_without_ash_is_refused():
    with pytest.raises(NotEnoughData, match="ash"):
        estimate(plot(core("c1", root(carbon_g_per_g=0.42, carbon_basis="clean_root"))), route="A")


def test_route_a_lends_the_mean_ash_of_three_samples_to_the_fourth():
    layers = [
        root(10 * n, 10 * n + 10, 1.0, ash_g_per_g=ash)
        for n, ash in enumerate((0.14, 0.15, 0.16, None))
    ]

    result = estimate(plot(core("c1", *layers)), route="A")

    assert result.root_mass_g_m2 == pytest.approx(400 * (1 - 0.09 / 0.88), rel=1e-6)


def test_a_fraction_without_carbon_takes_the_mean_of_three_of_its_plot():
    layers = [
        root(10 * n, 10 * n + 10, 1.0, carbon_g_per_g=c)
        for n, c in enumerate((0.38, 0.40, 0.42, None))
    ]

    result = estimate(plot(core("c1", *layers)))

    assert result.root_c_nominal_g_m2 == pytest.approx(160.0)
    assert "carbon_of_plot" in codes(result)


def test_a_fraction_without_carbon_takes_the_prior_when_the_plot_has_none():
    """GRooT, Poaceae: median 400.1 mg per g."""
    result = estimate(plot())

    assert result.root_c_nominal_g_m2 == pytest.approx(40.01)
    assert "carbon_prior" in codes(result)


def test_carbon_that_roots_do_not_have_is_told():
    found = codes(estimate(plot(core("c1", root(carbon_g_per_g=0.12, ash_g_per_g=0.10)))))

    assert {"carbon_unusual", "ash_against_carbon"} <= found


def test_ash_and_carbon_that_fit_are_not_told():
    found = codes(estimate(plot(core("c1", root(carbon_g_per_g=0.45, ash_g_per_g=0.14)))))

    assert not {"carbon_unusual", "ash_against_carbon"} & found


def test_a_core_recovered_by_half_is_told():
    layers = [root(0, 10, recovered_length_cm=5.0), root(10, 20, recovered_length_cm=10.0)]

    told = [note.message for note in estimate(plot(core("c1", *layers))).notes]

    assert [text for text in told if "recovered" in text] == [
        "Core c1 at 0-10 cm: 50% of the length was recovered."
    ]


def test_two_cores_of_one_key_are_refused():
    with pytest.raises(ImpossibleLayer, match="same key"):
        estimate(plot(core("c1"), core("c1")))


def test_a_plot_without_cores_is_refused():
    with pytest.raises(NotEnoughData):
        estimate_plot(
            plot(key="p9").__class__(key="p9", cores=()),
            parameters=parameter_set(),
            options=options(),
        )


def test_a_plot_keeps_the_cores_that_can_be_used():
    result = estimate(plot(core("good"), core("no surface", root(10, 30))))

    assert [item.key for item in result.cores] == ["good"]
    assert "core_left_out" in codes(result)


def test_a_plot_whose_cores_lack_their_surface_is_refused():
    with pytest.raises(ProfileGap):
        estimate(plot(core("c1", root(10, 30))))


def test_a_campaign_refuses_single_plots_by_name_and_goes_on():
    result = estimate_campaign(
        [plot(key="good"), plot(core("c1", root(10, 30)), key="bad")],
        parameters=parameter_set(),
        options=options(),
    )

    assert [item.plot_key for item in result.plots] == ["good"]
    assert [(item.plot_key, item.code) for item in result.refused] == [("bad", "profile_gap")]


def test_numbers_from_memory_are_named():
    told = {note.code: note.message for note in estimate(plot(), washing_loss="prior").notes}

    assert "washing_loss" in told["unconfirmed_numbers"]


def test_an_estimate_of_confirmed_numbers_has_nothing_to_confess():
    stand = Stand(sampled_at="peak")

    assert "unconfirmed_numbers" not in codes(estimate(plot(stands=[stand])))


def test_a_layer_as_recorded_is_put_on_its_ground():
    assert washed_mass_g_m2(root(0, 10, 1.0)) == pytest.approx(100.0)
    density = RootMass(upper_depth_cm=0, lower_depth_cm=30, mass_density_mg_cm3=1.6590)
    assert washed_mass_g_m2(density) == pytest.approx(497.7)


def test_a_layer_without_mass_is_not_zero():
    with pytest.raises(NotEnoughData):
        washed_mass_g_m2(RootMass(upper_depth_cm=0, lower_depth_cm=10))
