"""ICBM against its closed form and the reference files."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing, NotEnoughData, UnknownParameter
from estimates.science.soc.humification import (
    ICBM_SETS,
    ROOT_SHOOT_RATIO,
    ROOT_SHOOT_RATIOS,
    icbm_set,
    with_ratio,
)
from estimates.science.soc.icbm import (
    Arrival,
    icbm_site,
    icbm_start,
    icbm_steady_state,
    run_icbm,
)
from estimates.science.soc.streams import Source
from tests.science.soc.worlds import column, stream, table

STREAMS = {"shoot": Source.SHOOT, "root": Source.ROOT, "manure": Source.MANURE}
POOLS = ("young_shoot", "young_root", "young_manure", "old")


def test_a_year_is_the_closed_form_of_the_paper():
    """Andren & Katterer 1997 by hand: k 0.8 and 0.00605, h 0.125, r 1, i 1 from nothing.

    Y = (1 - e^-0.8) / 0.8 = 0.688339; O = h [ (1 - e^-kO)/kO - (e^-kO - e^-kY)/(kY - kO) ]
    = 0.125 x (0.996981 - 0.685987) = 0.038874.
    """
    site = icbm_site([1.0], arrival=Arrival.CONTINUOUS)
    streams = [stream([1.0])]

    result = run_icbm(site, streams, icbm_start(streams, young={}, old=0.0),
                      humification={"shoot": 0.125})  # fmt: skip

    young = (1 - math.exp(-0.8)) / 0.8
    gone = (math.exp(-0.00605) - math.exp(-0.8)) / (0.8 - 0.00605)
    old = 0.125 * ((1 - math.exp(-0.00605)) / 0.00605 - gone)
    assert result.pools["young_shoot"][1, 0, 0] == pytest.approx(young, rel=1e-14)
    assert result.pools["old"][1, 0, 0] == pytest.approx(old, rel=1e-12)
    assert (young, old) == pytest.approx((0.688339, 0.038874), abs=1e-6)


def test_the_1997_table_stands_alone():
    """Straw with N at Ultuna, kg per m2: k 0.8, 0.00605, h 0.125, r 1.22 (its published set)."""
    site = icbm_site([1.22] * 30, arrival=Arrival.CONTINUOUS)
    streams = [stream([0.285] * 30)]
    start = icbm_start(streams, young={"shoot": 0.3}, old=3.96)

    years = run_icbm(site, streams, start, humification={"shoot": 0.125})

    t, k1, k2, h, i = 30, 0.8 * 1.22, 0.00605 * 1.22, 0.125, 0.285
    young = i / k1 + (0.3 - i / k1) * math.exp(-k1 * t)
    g = h * (k1 * 0.3 - i) / (k2 - k1)
    old = (
        3.96 * math.exp(-k2 * t)
        + h * i / k2 * (1 - math.exp(-k2 * t))
        - g * math.exp(-k2 * t)
        + g * math.exp(-k1 * t)
    )
    assert years.pools["young_shoot"][-1, 0, 0] == pytest.approx(young, rel=1e-12)
    assert years.pools["old"][-1, 0, 0] == pytest.approx(old, rel=1e-12)


@pytest.mark.parametrize("arrival", list(Arrival))
def test_a_steady_state_stays(arrival):
    site = icbm_site([1.1] * 5, arrival=arrival)
    streams = [stream([2.0] * 5), stream([1.0] * 5, source=Source.ROOT)]
    shares = {"shoot": 0.125, "root": 0.3}

    start = icbm_steady_state(site, streams, humification=shares)
    later = run_icbm(site, streams, start, humification=shares)

    assert later.soc_t_ha[-1, 0, 0] == pytest.approx(start.pools.sum(), rel=1e-12)


def test_pools_that_decay_alike_are_a_limit_and_no_gap():
    def old_after(rate, arrival):
        site = icbm_site([1.0], arrival=arrival, young_rate_per_year=0.5, old_rate_per_year=rate)
        streams = [stream([1.0])]
        start = icbm_start(streams, young={"shoot": 1.0}, old=1.0)
        result = run_icbm(site, streams, start, humification={"shoot": 0.2})
        return result.pools["old"][1, 0, 0]

    for arrival in Arrival:
        assert old_after(0.5, arrival) == pytest.approx(old_after(0.5 + 1e-7, arrival), rel=1e-6)


def test_a_year_without_decay_only_gathers():
    site = icbm_site([0.0], arrival=Arrival.CONTINUOUS)
    streams = [stream([1.0])]

    result = run_icbm(
        site, streams, icbm_start(streams, young={"shoot": 0.5}, old=3.0),
        humification={"shoot": 0.125},
    )  # fmt: skip

    assert result.pools["young_shoot"][1, 0, 0] == 1.5
    assert result.pools["old"][1, 0, 0] == 3.0


@pytest.mark.parametrize(
    "work",
    [
        lambda: icbm_site([-1.0], arrival=Arrival.CONTINUOUS),
        lambda: icbm_start([stream([1.0])], young={"shoot": -1.0}, old=1.0),
        lambda: icbm_start([stream([1.0])], young={"root": 1.0}, old=1.0),
        lambda: icbm_steady_state(
            icbm_site([1.0], arrival=Arrival.CONTINUOUS), [stream([1.0])],
            humification={"shoot": 1.2},
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(work):
    with pytest.raises(ImpossibleForcing):
        work()


def test_icbm_needs_a_stream():
    with pytest.raises(NotEnoughData):
        icbm_steady_state(icbm_site([1.0], arrival=Arrival.CONTINUOUS), [], humification={})


def test_published_sets_disagree_on_roots_and_say_who_says_what():
    ratios = sorted(each.root_shoot_ratio for each in ICBM_SETS.values())

    assert ratios == pytest.approx([1.0, 1.747, 2.4, 2.8], abs=0.001)
    assert all(each.reference for each in ICBM_SETS.values())
    assert min(ROOT_SHOOT_RATIOS.values()) == 1.0
    assert 1.3 < ROOT_SHOOT_RATIO.median / ROOT_SHOOT_RATIO.gsd**1.96 < 1.4
    with pytest.raises(UnknownParameter, match="holos_4"):
        icbm_set("holos")


def test_a_drawn_ratio_moves_roots_only():
    drawn = with_ratio(icbm_set("holos_4").by_source, np.array([1.0, 2.0]))

    assert drawn["root"].tolist() == [0.125, 0.25]
    assert drawn["rhizodeposit"].tolist() == [0.125, 0.25]
    assert drawn["shoot"] == 0.125
    with pytest.raises(ImpossibleForcing):
        with_ratio(icbm_set("holos_4").by_source, np.array([9.0]))


def reference_site(first, factors):
    return icbm_site(
        factors,
        arrival=Arrival(first["input_mode"]),
        young_rate_per_year=float(first["k1_per_yr"]),
        old_rate_per_year=float(first["k2_per_yr"]),
    )


def test_root_and_shoot_years_are_those_of_the_reference():
    rows = table("icbm/root_shoot_yearly.expected.csv")
    for _, group in itertools.groupby(rows, key=lambda row: (row["case"], row["input_mode"])):
        first, *later = both = list(group)
        streams = [
            stream(column(later, f"i_{name}_t_ha"), source=source)
            for name, source in STREAMS.items()
        ]
        start = icbm_start(
            streams,
            young={name: float(first[f"young_{name}"]) for name in STREAMS},
            old=float(first["old"]),
        )
        result = run_icbm(
            reference_site(first, column(later, "r")), streams, start,
            humification={name: float(first[f"h_{name}"]) for name in STREAMS},
        )  # fmt: skip

        for pool in POOLS:
            found = np.ravel(result.pools[pool])
            assert found == pytest.approx(column(both, pool), rel=1e-10, abs=1e-14)


def test_steady_states_are_those_of_the_reference():
    for row in table("icbm/steady_state.expected.csv"):
        streams = [
            stream([float(row[f"i_{name}"])], source=source) for name, source in STREAMS.items()
        ]
        start = icbm_steady_state(
            reference_site(row, [float(row["r"])]), streams,
            humification={name: float(row[f"h_{name}"]) for name in STREAMS},
        )  # fmt: skip

        expected = [float(row[pool]) for pool in POOLS]
        assert np.ravel(start.pools) == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_the_1997_sets_are_those_of_the_reference():
    rows = table("icbm/ultuna1997_continuous.expected.csv")
    for _, group in itertools.groupby(rows, key=lambda row: row["case"]):
        known = list(group)
        first = known[0]
        years = [int(float(row["t_yr"])) for row in known]
        site = icbm_site(
            [float(first["r"])] * max(years), arrival=Arrival.CONTINUOUS,
            young_rate_per_year=float(first["k1_per_yr"]),
            old_rate_per_year=float(first["k2_per_yr"]),
        )  # fmt: skip
        streams = [stream([float(first["input_kg_m2_yr"])] * max(years))]
        start = icbm_start(
            streams, young={"shoot": float(first["y0_kg_m2"])}, old=float(first["o0_kg_m2"])
        )

        result = run_icbm(site, streams, start, humification={"shoot": float(first["h"])})

        for pool, name in (("young_shoot", "young"), ("old", "old")):
            found = result.pools[pool][years, 0, 0]
            assert found == pytest.approx(column(known, name), rel=1e-10, abs=1e-14)
