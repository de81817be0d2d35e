from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import ImpossibleShares
from estimates.science.soil.texture import (
    GERMAN,
    USDA,
    Texture,
    texture_class,
    texture_of,
    with_silt_limit,
)


def named(clay, silt, system, limit_um=None):
    limit_um = limit_um or {"USDA": 50, "German": 63}[system]
    texture = Texture(clay_pct=clay, silt_pct=silt, silt_upper_um=limit_um)
    return texture_class(texture, system)


def area(corners):
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


@pytest.mark.parametrize(
    ("clay", "silt", "usda", "german"),
    [
        (12, 30, "sandy loam", "Sl4"),
        (16, 38, "loam", "Sl4"),
        (22, 55, "silt loam", "Lu"),
        (15, 70, "silt loam", "Ut3"),
        (30, 35, "clay loam", "Lt2"),
        (50, 20, "clay", "Tl"),
        (4, 4, "sand", "Ss"),
        (8, 82, "silt", "Ut2"),
    ],
)
def test_points_lie_in_the_classes_drawn_by_soiltexture(clay, silt, usda, german):
    """The triangles USDA.TT and DE.BK94.TT of the R package soiltexture (Moeys 2018)."""
    assert named(clay, silt, "USDA").name == usda
    assert named(clay, silt, "German").name == german


def test_the_usda_classes_fill_the_triangle():
    """The triangle of clay and silt has an area of 100 x 100 / 2."""
    assert sum(area(corners) for corners in USDA.values()) == pytest.approx(5000)


def test_the_german_classes_fill_the_triangle_once():
    step, inside = 1.0, 0.5
    centres = [
        (clay * step + inside, silt * step + inside)
        for clay in range(100)
        for silt in range(100)
        if (clay + silt) * step + 2 * inside < 100
    ]
    touched = [
        sum(low <= c < high and least <= s < most for low, high, least, most in GERMAN.values())
        for c, s in centres
    ]

    assert set(touched) == {1}


@pytest.mark.parametrize(
    ("clay", "silt", "usda", "german"),
    [
        (0, 0, "sand", "Ss"),
        (100, 0, "clay", "Tt"),
        (0, 100, "silt", "Uu"),
        (25, 75, "silt loam", "Tu4"),
        (40, 40, "silty clay", "Lt3"),
        (20, 10, "sandy clay loam", "St3"),
        (17, 40, "loam", "Ls2"),
        (60, 40, "clay", "Tu2"),
    ],
)
def test_a_point_on_a_border_belongs_to_the_class_above_it(clay, silt, usda, german):
    assert named(clay, silt, "USDA").name == usda
    assert named(clay, silt, "German").name == german


def test_the_classes_on_the_other_side_of_a_border_are_told():
    assert named(20, 10, "USDA").borders == ("sandy loam",)
    assert named(17, 45, "German").borders == ("Slu",)
    assert named(16, 38, "USDA").borders == ()


@settings(max_examples=60)
@given(st.floats(0, 100), st.floats(0, 1))
def test_every_texture_has_a_class_in_both_systems(clay, part):
    silt = (100 - clay) * part

    assert named(clay, silt, "USDA").name in USDA
    assert named(clay, silt, "German").name in GERMAN


def test_silt_to_63_um_becomes_silt_to_50_um_over_the_log_of_size():
    """By hand: between 2 and 63 um the shares rise from 20 to 60 %; ln(25) / ln(31.5) = 0.93301 of
    the way lies at 50 um: 20 + 0.93301 x 40 = 57.320 % below, silt 37.320 %."""
    german = Texture(clay_pct=20, silt_pct=40, silt_upper_um=63)

    usda = with_silt_limit(german, 50)

    assert usda.silt_pct == pytest.approx(40 * math.log(25) / math.log(31.5))
    assert usda.silt_pct == pytest.approx(37.320, abs=5e-4)
    assert with_silt_limit(german, 63) == german


def test_silt_to_50_um_takes_some_sand_to_reach_63_um():
    """By hand: 40 % sand over ln(2000 / 50) = 3.6889; ln(63 / 50) = 0.23111: 2.506 % more."""
    usda = Texture(clay_pct=20, silt_pct=40, silt_upper_um=50)

    assert with_silt_limit(usda, 63).silt_pct == pytest.approx(42.506, abs=5e-4)


def test_a_converted_class_is_marked_as_such():
    assert named(20, 40, "USDA", limit_um=63).is_converted
    assert not named(20, 40, "German", limit_um=63).is_converted


def test_a_texture_is_known_from_two_of_its_shares():
    shares = {"clay_pct": 20, "silt_pct": 40, "sand_pct": 40}
    whole = texture_of(**shares, silt_upper_um=50)

    for left_out in shares:
        known = shares | {left_out: None}
        assert texture_of(**known, silt_upper_um=50) == whole


@pytest.mark.parametrize(
    ("clay", "silt", "sand"), [(20, None, None), (20, 40, 45), (80, 30, None), (None, 80, 30)]
)
def test_shares_that_make_no_whole_are_refused(clay, silt, sand):
    with pytest.raises(ImpossibleShares):
        texture_of(clay_pct=clay, silt_pct=silt, sand_pct=sand, silt_upper_um=50)


@pytest.mark.parametrize("limit_um", [2, 2000])
def test_silt_ends_between_clay_and_sand(limit_um):
    texture = Texture(clay_pct=20, silt_pct=40, silt_upper_um=50)

    with pytest.raises(ImpossibleShares):
        Texture(clay_pct=20, silt_pct=40, silt_upper_um=limit_um)
    with pytest.raises(ImpossibleShares):
        with_silt_limit(texture, 1 if limit_um == 2 else 2001)
