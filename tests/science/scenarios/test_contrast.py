"""What a contrast answers: by hand for one pool, and the laws that hold for any."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.contrast import Key, contrast_of
from estimates.science.scenarios.describe import Amendment, StatedInput, Year
from tests.science.scenarios.builders import (
    OnePool,
    Proportional,
    of_stands,
    question,
    scenario,
    wheat,
)

METHODS = (Proportional(), Proportional(name="rooty", root=0.4))
MODELS = (OnePool(), OnePool(name="slow", kept=0.98))


def stated(root=1.0, **others):
    given = {"root_t_ha": root, "rhizodeposit_t_ha": 0.0, "shoot_t_ha": 0.0}
    return wheat(stated=StatedInput(**{**given, **others}), beta=0.5)


def answers(result):
    return {cell.key: cell for cell in result.cells}


def key(quantity, horizon=0, method="proportional", model="one pool"):
    model = "" if quantity in {"c_input", "root_c_input"} else model
    return Key(quantity=quantity, horizon_years=horizon, method=method, model=model)


def test_one_more_tonne_a_year_in_one_pool_is_a_geometric_sum():
    """Kept .95 a year: (1 - .95^20) / .05 = 12.830 after 20 years, 18.461 after 50, 20 for ever."""
    asked = question(of_stands(stated(1.0)), of_stands(stated(2.0)))

    found = answers(contrast_of(asked, methods=METHODS[:1], models=MODELS[:1]))

    assert found[key("c_input")].difference.mean == pytest.approx(1.0)
    assert found[key("soc", 20)].difference.mean == pytest.approx(12.830, abs=2e-3)
    assert found[key("soc", 50)].difference.mean == pytest.approx(18.461, abs=5e-3)
    assert found[key("soc_equilibrium")].difference.mean == pytest.approx(20.0, abs=5e-3)
    assert found[key("soc_equilibrium")].baseline.mean == pytest.approx(20.0, abs=5e-3)


def test_co2_is_44_twelfths_of_the_carbon():
    asked = question(of_stands(wheat()), of_stands(wheat(root_factor=1.3)))

    found = answers(contrast_of(asked, methods=METHODS[:1], models=MODELS[:1]))

    carbon = found[key("soc", 50)].difference
    assert found[key("co2e", 50)].difference.mean == pytest.approx(carbon.mean * 44 / 12)
    assert found[key("co2e", 50)].difference.upper == pytest.approx(carbon.upper * 44 / 12)


def test_a_scenario_against_itself_makes_no_difference_in_any_draw():
    """Shared draws: not just on average."""
    asked = question(of_stands(wheat()), of_stands(wheat(), name="the same"))

    result = contrast_of(asked, methods=METHODS, models=MODELS)

    assert all(cell.difference.lower == cell.difference.upper == 0 for cell in result.cells)
    assert any(cell.baseline.sd > 0 for cell in result.cells)
    assert all(cell.shares == () for cell in result.cells)
    assert all(budget.shares == () for budget in result.budgets)


def test_what_both_scenarios_share_takes_its_uncertainty_out_of_the_difference():
    asked = question(of_stands(wheat()), of_stands(wheat(), stated_cover()))

    found = answers(contrast_of(asked, methods=METHODS[:1], models=MODELS[:1]))

    assert found[key("c_input")].difference.sd == pytest.approx(0.0, abs=1e-9)
    assert found[key("c_input")].baseline.sd > 0.1


def stated_cover(**others):
    return wheat(
        **others,
        crop="radish",
        use="cover",
        stated=StatedInput(root_t_ha=0.5, rhizodeposit_t_ha=0.1),
        first_month=9,
        last_month=3,
    )


def test_the_initial_stock_falls_out_of_the_difference_and_not_out_of_the_stocks():
    base, more = of_stands(wheat()), of_stands(wheat(root_factor=1.5))

    found = answers(
        contrast_of(question(base, more), methods=METHODS[:1], models=(OnePool(kept=0.97),))
    )

    cell = found[key("soc", 20)]
    shares = {item.input: item.share for item in cell.shares}
    assert shares["initial stock"] == pytest.approx(0.0, abs=0.1)
    assert cell.baseline.sd > 1.0


def test_half_the_ground_makes_half_the_difference():
    wholes, halves = (
        answers(
            contrast_of(
                question(of_stands(wheat()), of_stands(wheat(), stated_cover(ground_share=share))),
                methods=METHODS[:1],
                models=MODELS[:1],
            )
        )[key("soc", 20)].difference
        for share in (1.0, 0.5)
    )

    assert wholes.mean == pytest.approx(2 * halves.mean)


def test_methods_and_models_are_told_apart_and_their_spread_is_a_line_of_its_own():
    asked = question(of_stands(wheat()), of_stands(wheat(root_factor=1.3)))

    result = contrast_of(asked, methods=METHODS, models=MODELS)

    found = answers(result)
    assert len([cell for cell in result.cells if cell.key.quantity == "soc"]) == 2 * 2 * 2
    by_methods = next(
        spread
        for spread in result.spreads
        if (spread.quantity, spread.horizon_years, spread.model) == ("soc", 20, "slow")
    )
    means = [
        found[key("soc", 20, name, "slow")].difference.mean for name in ("proportional", "rooty")
    ]
    assert (by_methods.lowest, by_methods.highest) == pytest.approx((min(means), max(means)))
    assert by_methods.names == ("proportional", "rooty")
    assert by_methods.sd == pytest.approx(np.std(means, ddof=1))
    by_models = [spread for spread in result.spreads if spread.over == "models"]
    assert {spread.method for spread in by_models} == {"proportional", "rooty"}
    assert all(spread.quantity != "c_input" for spread in by_models)


def test_one_method_and_one_model_have_no_spread():
    asked = question(of_stands(wheat()), of_stands(wheat(root_factor=1.3)))

    result = contrast_of(asked, methods=METHODS[:1], models=MODELS[:1])

    assert result.spreads == ()


def test_the_shares_of_method_model_and_inputs_add_up_to_one():
    asked = question(
        of_stands(wheat()), of_stands(wheat(root_factor=1.3, root_factor_variation=0.2))
    )

    result = contrast_of(asked, methods=METHODS, models=MODELS)

    for budget in result.budgets:
        assert sum(item.share for item in budget.shares) == pytest.approx(1.0)
    soc = next(b for b in result.budgets if (b.quantity, b.horizon_years) == ("soc", 50))
    assert {"method", "model", "root factor winter wheat"} <= {item.input for item in soc.shares}


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    base, more = of_stands(wheat()), of_stands(wheat(root_factor=1.3))

    one, same, other = (
        contrast_of(question(base, more, seed=seed), methods=METHODS[:1], models=MODELS[:1])
        for seed in (7, 7, 8)
    )

    assert one == same
    assert one.cells != other.cells


def test_deeper_roots_leave_less_in_the_topsoil_of_a_model():
    asked = question(of_stands(wheat(beta=0.95)), of_stands(wheat(beta=0.98)))

    found = answers(contrast_of(asked, methods=METHODS[:1], models=MODELS[:1]))

    assert found[key("c_input")].difference.mean == pytest.approx(0.0, abs=1e-12)
    assert found[key("soc", 20)].difference.mean < 0


def test_an_amendment_counts_as_carbon_but_not_as_roots():
    manured = scenario(
        Year(stands=(wheat(),), amendments=(Amendment(kind="manure", carbon_t_ha=2.0, month=10),)),
        name="manured",
    )

    found = answers(
        contrast_of(question(of_stands(wheat()), manured), methods=METHODS[:1], models=MODELS[:1])
    )

    assert found[key("c_input")].difference.mean == pytest.approx(2.0, rel=0.02)
    assert found[key("root_c_input")].difference.mean == 0


def test_a_stock_below_the_inert_carbon_is_refused():
    asked = question(of_stands(wheat()), of_stands(wheat(root_factor=1.3)))

    with pytest.raises(ImpossibleScenario, match="too small"):
        contrast_of(asked, methods=METHODS[:1], models=(OnePool(inert_t_ha=60.0),))


def test_a_baseline_without_carbon_has_no_equilibrium_to_start_from():
    asked = question(of_stands(), of_stands(wheat()))

    with pytest.raises(ImpossibleScenario, match="No C enters"):
        contrast_of(asked, methods=METHODS[:1], models=MODELS[:1])


def test_a_contrast_without_a_model_is_refused():
    with pytest.raises(ImpossibleScenario, match="one method and one model"):
        contrast_of(question(of_stands(wheat()), of_stands(wheat())), methods=METHODS, models=())


@pytest.mark.parametrize(
    ("others", "words"),
    [({"horizons": ()}, "Horizons"), ({"draws": 10}, "Draws"), ({"seed": -1}, "seed")],
)
def test_a_question_nobody_can_answer_is_refused(others, words):
    with pytest.raises(ImpossibleScenario, match=words):
        question(of_stands(wheat()), of_stands(wheat()), **others)
