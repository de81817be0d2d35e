"""When and how deep C enters."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.streams import Stream, streams_of
from tests.science.scenarios.builders import Proportional, of_stands, wheat


def stream(**others):
    given = {
        "source": "root",
        "name": "wheat",
        "year": 0,
        "months": (1.0,) + (0.0,) * 11,
        "amount_t_ha": np.ones(2),
        "rate_per_cm": -np.log(np.array([0.96, 0.97])),
    }
    return Stream(**{**given, **others})


def test_the_share_above_a_depth_is_one_minus_beta_to_the_depth():
    """1 - .96^30 = .7062, 1 - .97^30 = .5990."""
    assert stream().share_within(30.0) == pytest.approx([0.7062, 0.5990], abs=1e-4)


def test_roots_that_end_somewhere_are_all_above_it():
    """.70615 / (1 - .96^60) = .70615 / .91365 = .7729."""
    short = stream(deepest_cm=60.0)

    assert short.share_within(30.0)[0] == pytest.approx(0.7729, abs=1e-4)
    assert short.share_within(60.0) == 1.0
    assert short.share_between(60.0, 100.0) == 0.0


def test_layers_share_out_what_is_above_the_last():
    parts = [stream().share_between(*layer) for layer in ((0, 23), (23, 60), (60, 100))]

    assert sum(parts) == pytest.approx(stream().share_within(100.0))


def test_what_lies_on_the_ground_is_all_in_the_topsoil():
    assert stream(rate_per_cm=None).share_between(0, 23) == 1.0
    assert stream(rate_per_cm=None).share_between(23, 100) == 0.0


def test_a_spring_crop_gives_off_rhizodeposits_in_its_own_year_only():
    barley = wheat(crop="spring barley", first_month=3, last_month=8)

    found = streams_of(of_stands(barley), Proportional(), Draws(seed=1, size=4))

    assert [s.source for s in found] == ["root", "shoot", "rhizodeposit"]
    assert found[2].months == pytest.approx([0, 0, *[1 / 6] * 6, 0, 0, 0, 0])


def test_a_winter_crop_gives_off_rhizodeposits_in_two_years():
    """October to August: 3 of 11 months before the turn of the year."""
    found = streams_of(of_stands(wheat()), Proportional(), Draws(seed=1, size=4))

    before, after = (s for s in found if s.source == "rhizodeposit")
    assert before.amount_t_ha == pytest.approx(after.amount_t_ha * 3 / 8)
    assert before.months == pytest.approx([*[0] * 9, *[1 / 3] * 3])
