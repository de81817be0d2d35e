from __future__ import annotations

import pytest

from estimates.science.budget import REMAINDER, variance_shares


def test_shares_and_remainder_make_the_whole_largest_first():
    shares = variance_shares(4.0, {"mass": 1.0, "carbon": 2.0})

    assert [(item.input, item.share) for item in shares] == [
        ("carbon", 0.5),
        ("mass", 0.25),
        (REMAINDER, pytest.approx(0.25)),
    ]


def test_a_certain_estimate_has_no_shares():
    assert variance_shares(0.0, {"mass": 0.0}) == ()
