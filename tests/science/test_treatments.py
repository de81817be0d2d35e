from __future__ import annotations

import dataclasses
import math

import pytest

from estimates.science.errors import NotEnoughData
from estimates.science.inputs import Measured, RowStrip, Stand
from estimates.science.measured_cores import estimate_campaign
from estimates.science.treatments import treatment_mean, treatment_means
from tests.science.builders import core, options, parameter_set, plot, root
from tests.science.test_hierarchy import CONTROL


def estimated(*plots, **others):
    return estimate_campaign(plots, parameters=parameter_set(), options=options(**others))


def silsoe_control(carbon_g_per_g=None):
    return [
        plot(
            core(
                name,
                *(
                    root(
                        30 * n,
                        30 * n + 30,
                        None,
                        mass_density_mg_cm3=density,
                        carbon_g_per_g=carbon_g_per_g,
                    )
                    for n, density in enumerate(layers)
                ),
            ),
            key=name,
            block=name[1],
            treatment="control",
        )
        for name, layers in CONTROL.items()
    ]


def test_the_control_of_silsoe_keeps_its_error_with_blocks_that_do_not_differ():
    """Fine roots 3.212 t per ha, SE .4934; 0.4001 g C per g: 128.5 and 19.74 g C per m2."""
    stock = estimated(*silsoe_control()).treatments[0]

    assert (stock.treatment, stock.quantity) == ("control", "root_c_stock")
    assert (stock.blocks, stock.plots, stock.cores) == (3, 6, 6)
    assert stock.mean == pytest.approx(321.2 * 0.4001, rel=5e-3)
    assert stock.standard_error == pytest.approx(49.34 * 0.4001, rel=5e-3)
    assert stock.variance_block == 0
    assert stock.notes == ()


def test_what_a_batch_shares_is_not_averaged_out_over_plots():
    """The C prior is .4001 +-.0696 for all plots alike: 17.4 % of the mean."""
    stock = estimated(*silsoe_control()).treatments[0]

    assert stock.shared_sd / stock.mean == pytest.approx(0.174, abs=0.005)
    assert stock.sd == pytest.approx(math.hypot(stock.standard_error, stock.shared_sd))
    assert stock.lower < stock.mean < stock.upper


def test_without_shared_inputs_the_degrees_of_freedom_are_those_of_the_plots():
    stock = estimated(*silsoe_control(carbon_g_per_g=0.4)).treatments[0]

    assert stock.shared_sd == 0
    assert stock.degrees_of_freedom == pytest.approx(5)


def test_means_made_later_from_plots_in_any_order_are_the_same():
    result = estimated(*silsoe_control())

    assert treatment_means(tuple(reversed(result.plots))) == result.treatments


def test_input_and_stock_have_a_mean_each():
    known = Measured(value=0.5, uncertainty=0.0)
    plots = [
        dataclasses.replace(item, stands=[Stand(sampled_at="peak")])
        for item in silsoe_control(carbon_g_per_g=0.4)
    ]

    stock, c_input = estimated(*plots, rhizodeposition=known).treatments

    assert c_input.quantity == "c_input"
    assert c_input.mean == pytest.approx(1.5 * stock.mean, rel=1e-3)


def test_cores_that_stand_for_unequal_ground_count_through_their_plot():
    plots = [
        plot(
            core("row", root(mass=row), position="row"),
            core("mid", root(mass=1.0), position="mid_row"),
            key=f"p{row}",
            block=str(row),
            treatment="t",
            positions=RowStrip(row_distance_cm=75),
        )
        for row in (1.0, 2.0, 3.0)
    ]

    stock = estimated(*plots).treatments[0]

    assert stock.cores == 6
    assert stock.degrees_of_freedom > 2
    assert stock.variance_core == pytest.approx((50 * 0.4001) ** 2, rel=0.02)


def test_plots_without_roots_have_a_mean_of_zero_and_no_error():
    plots = [
        plot(core("c", root(mass=0.0)), key=key, block=key, treatment="bare") for key in ("a", "b")
    ]

    stock = estimated(*plots).treatments[0]

    assert (stock.mean, stock.sd, stock.lower, stock.upper) == (0, 0, 0, 0)
    assert stock.degrees_of_freedom == math.inf


def test_one_block_says_that_blocks_are_not_compared():
    plots = [plot(core("c", root(mass=mass)), key=str(mass), treatment="t") for mass in (1.0, 2.0)]

    assert [note.code for note in estimated(*plots).treatments[0].notes] == ["single_block"]


def test_plots_without_treatment_or_alone_have_no_mean():
    assert estimated(plot(key="a"), plot(key="b", treatment="t")).treatments == ()


def test_a_mean_of_one_plot_is_refused():
    result = estimated(plot(key="a", treatment="t"))

    with pytest.raises(NotEnoughData):
        treatment_mean(result.plots, quantity="root_c_stock")
