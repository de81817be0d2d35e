from __future__ import annotations

import pytest

from estimates.science.turnover import annual_input, perennial_input, tree_input


def test_an_annual_crop_leaves_its_peak_and_its_rhizodeposits():
    """100 x 1.2 x (1 + 0.65) = 198 g C per m2 and year."""
    found = annual_input(100.0, peak_to_harvest=1.2, rhizodeposition=0.65)

    assert found.total == pytest.approx(198.0)
    assert (found.standing, found.turnover, found.rhizodeposits) == pytest.approx((100, 20, 78))


def test_a_perennial_leaves_what_turns_over_and_its_rhizodeposits():
    """100 x (0.30 + 0.50) = 80."""
    found = perennial_input(100.0, turnover=0.30, rhizodeposition=0.50)

    assert (found.standing, found.turnover, found.rhizodeposits) == pytest.approx((0, 30, 50))


def test_a_perennial_ploughed_under_leaves_all_its_roots():
    """100 x 0.30 + 0.50 x 100 + 100 x (1 - 0.30) = 150."""
    found = perennial_input(100.0, turnover=0.30, rhizodeposition=0.50, is_terminated=True)

    assert found.total == pytest.approx(150.0)
    assert found.standing == pytest.approx(70.0)


def test_only_the_fine_roots_of_a_tree_leak():
    """100 x (0.54 + 0.65) + 200 x 0.05 = 129."""
    found = tree_input(100.0, 200.0, fine_turnover=0.54, coarse_turnover=0.05, rhizodeposition=0.65)

    assert found.total == pytest.approx(129.0)
