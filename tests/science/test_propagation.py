from __future__ import annotations

import math

import pytest

from estimates.science.propagation import first_order_uncertainty


def product(values):
    return values["a"] * values["b"]


def test_relative_uncertainties_of_a_product_add_by_squares():
    """By hand: 3 and 4 % make 5 % of 200."""
    found = first_order_uncertainty(
        product, {"a": 10.0, "b": 20.0}, uncertainties={"a": 0.3, "b": 0.8}
    )

    assert found == pytest.approx(10.0)


def test_what_is_certain_adds_nothing():
    found = first_order_uncertainty(product, {"a": 10.0, "b": 20.0}, uncertainties={"a": 0.0})

    assert found == 0.0


def test_a_slope_is_taken_at_the_value():
    found = first_order_uncertainty(
        lambda values: math.exp(values["a"]), {"a": 1.0}, uncertainties={"a": 0.5}
    )

    assert found == pytest.approx(0.5 * math.e, rel=1e-6)
