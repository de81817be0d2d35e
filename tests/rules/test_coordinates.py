"""Places as the public may see them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.coordinates import METRES_PER_DEGREE, snap_to_grid

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def test_a_point_becomes_the_centre_of_its_cell() -> None:
    # A cell of 111.32 km is one degree: from 52 to 53 north, and 1 / cos(52.5 deg) = 1.642680
    # degrees wide; -0.4126 lies in the first cell west of Greenwich, whose centre is -0.821340.
    assert snap_to_grid(52.0087, -0.4126, precision_m=111_320) == (52.5, -0.82134)


def test_a_snapped_point_stays_where_it_is() -> None:
    once = snap_to_grid(52.0087, -0.4126, precision_m=10_000)

    assert snap_to_grid(*once, precision_m=10_000) == once


@given(LATITUDES, LONGITUDES, st.integers(1, 100_000))
def test_a_point_moves_by_no_more_than_half_a_cell(
    latitude: float, longitude: float, precision_m: int
) -> None:
    snapped, across = snap_to_grid(latitude, longitude, precision_m=precision_m)

    half = precision_m / METRES_PER_DEGREE / 2
    width = half / max(math.cos(math.radians(snapped)), 0.01)
    assert abs(snapped - latitude) <= half + 1e-6
    assert abs(across - longitude) <= width * (1 + 1e-6) + 1e-6
    assert -90 <= snapped <= 90
    assert -180 <= across <= 180


@pytest.mark.parametrize("precision_m", [0, -5])
def test_a_grid_is_never_finer_than_a_metre(precision_m: int) -> None:
    assert snap_to_grid(52.0, 7.0, precision_m=precision_m) == snap_to_grid(
        52.0, 7.0, precision_m=1
    )
