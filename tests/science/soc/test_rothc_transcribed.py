"""RothC against the equations of its description, written out for one plot in a loop.

Soils and months are chosen at the corners: clay 0 and beyond 65 %, frost at -5 degrees and just
below, months without rain or input, bare and covered in turn, manure, changing DPM/RPM.
"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from estimates.science.soc.rothc import (
    POOLS,
    plant_split,
    rothc_start,
    run_rothc,
    standard_splits,
)
from estimates.science.soc.series import Wish
from estimates.science.soc.streams import Source
from tests.science.soc.worlds import site, stream

MONTHS = 48
RATES = (10.0, 0.3, 0.66, 0.02)


def months_of(draw):
    return [
        (
            draw.choice([-18.27, -5.0, -5.0001, -4.9999, 0.0, 12.3, 35.0, draw.uniform(-10, 30)]),
            draw.choice([0.0, draw.uniform(0, 150)]),
            draw.uniform(-5, 180),
            draw.random() < 0.5,
            draw.choice([0.0, draw.random()]),
            draw.choice([0.0, 0.0, draw.uniform(0, 3)]),
            draw.choice([1.44, 0.67, 0.25, 0.0]),
        )
        for _ in range(MONTHS)
    ]


def transcribed(months, pools, *, clay, depth, deficit):
    x = 1.67 * (1.85 + 1.60 * math.exp(-0.0786 * clay))
    most = -(20.0 + 1.3 * clay - 0.01 * clay * clay) * depth / 23.0
    rows = []
    for temp, rain, pan, cover, plant, fym, ratio in months:
        a = 0.0 if temp < -5.0 else 47.91 / (math.exp(106.06 / (temp + 18.27)) + 1.0)
        wet = min(0.0, deficit + rain - 0.75 * pan)
        deficit = max(most, wet) if cover else max(min(0.556 * most, deficit), wet)
        b = 1.0 if deficit > 0.444 * most else 0.2 + 0.8 * (most - deficit) / (0.556 * most)
        rate = a * b * (0.6 if cover else 1.0)
        left = [pool * math.exp(-rate * k / 12.0) for pool, k in zip(pools, RATES, strict=True)]
        lost = sum(pools) - sum(left)
        pools = (
            left[0] + plant * ratio / (1.0 + ratio) + 0.49 * fym,
            left[1] + plant / (1.0 + ratio) + 0.49 * fym,
            left[2] + 0.46 * lost / (x + 1.0),
            left[3] + 0.54 * lost / (x + 1.0) + 0.02 * fym,
        )
        rows.append(pools)
    return np.array(rows)


@pytest.mark.parametrize("seed", range(24))
def test_any_soil_and_weather_is_what_the_equations_say(seed):
    draw = random.Random(seed)
    clay, depth = draw.choice([0, 5, 23.4, 64, 65, 66, 80, 100]), draw.choice([10, 23, 30, 100])
    deficit = draw.choice([0.0, -3.0, -8.0])
    first = [draw.choice([0.0, draw.uniform(0, 50)]) for _ in range(4)]
    months = months_of(draw)
    temp, rain, pan, cover, plant, fym, ratio = zip(*months, strict=True)
    expected = transcribed(months, first, clay=clay, depth=depth, deficit=deficit)

    for clays in (clay, [clay, clay]):  # in plain floats, and as arrays
        ground = site(
            clay_pct=clays, temp_c=temp, rain_mm=rain, pan_evap_mm=pan, is_covered=cover,
            depth_cm=depth, deficit_mm=deficit,
        )  # fmt: skip
        result = run_rothc(
            ground,
            [stream(plant), stream(fym, source=Source.MANURE)],
            rothc_start(pools=first, iom_t_ha=1.0),
            splits=dict(standard_splits()) | {"shoot": plant_split(ratio)},
            wish=Wish(record=range(1, MONTHS + 1)),
        )
        found = np.stack([result.pools[pool][:, 0, 0] for pool in POOLS], axis=1)
        assert np.abs(found - expected).max() < 1e-12
