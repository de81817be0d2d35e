"""Where the uncertainty of a plot comes from."""

from __future__ import annotations

import pytest

from tests.science.builders import codes, core, estimate, plot, root


def test_cores_that_differ_widen_the_interval():
    """4, 6, 8, 10 g: mean 7, SE 1.291, as Student's t with 3 degrees of freedom x sqrt(3)."""
    cores = [core(f"c{m}", root(0, 10, float(m), carbon_g_per_g=0.4)) for m in (4, 6, 8, 10)]

    result = estimate(plot(*cores))

    assert result.root_c_stock.mean == pytest.approx(280, rel=0.01)
    assert result.root_c_stock.sd == pytest.approx(40 * 1.291 * 3**0.5, rel=0.05)
    assert result.stock_budget[0].input == "cores"
    assert "few_cores" not in codes(result)


def test_two_cores_are_few():
    assert "few_cores" in codes(estimate(plot(core("c1"), core("c2", root(mass=2.0)))))


def test_more_cores_do_not_average_out_what_they_share():
    """The C prior and the washing loss are one number for all cores of a batch."""
    few = estimate(plot(core("c1")), washing_loss="prior")
    many = estimate(plot(*(core(f"c{n}") for n in range(16))), washing_loss="prior")

    relative = [item.root_c_stock.sd / item.root_c_stock.mean for item in (few, many)]

    assert relative[1] == pytest.approx(relative[0], rel=0.02)


def test_the_shares_of_the_budget_make_the_whole():
    result = estimate(
        plot(core("a"), core("b", root(mass=1.5))), washing_loss="prior", extraneous="picked"
    )

    for budget in (result.stock_budget, result.input_budget):
        assert sum(item.share for item in budget) == pytest.approx(1.0)
    assert {"washing_loss", "extraneous", "cores", "mass"} <= {
        item.input for item in result.stock_budget
    }
    assert "rhizodeposition" in {item.input for item in result.input_budget}
    assert "rhizodeposition" not in {item.input for item in result.stock_budget}


def test_the_budget_knows_the_ash_of_root_and_soil():
    result = estimate(plot(core("c1", root(ash_g_per_g=0.3))), route="A")

    inputs = {item.input for item in result.stock_budget}
    effects = {item.input: item.root_c_stock_sd for item in result.shared_effects}
    assert {"ash", "ash.clean_root", "ash.soil"} <= inputs
    assert effects["ash.clean_root"] > 0
    assert effects["ash.soil"] > 0


def test_an_input_that_lowers_the_stock_has_a_negative_effect():
    result = estimate(plot(), extraneous="unpicked")

    effects = {item.input: item.root_c_stock_sd for item in result.shared_effects}
    assert effects["extraneous"] < 0
