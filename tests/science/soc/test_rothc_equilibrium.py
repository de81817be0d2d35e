"""Equilibria of RothC: printed, from the reference, and taken backwards."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.equilibrium import equilibrium_by_stream
from estimates.science.soc.humification import direct_hum_share
from estimates.science.soc.rothc import (
    POOLS,
    RothcSite,
    plant_split,
    pool_split,
    run_rothc,
    standard_splits,
    with_direct_hum,
)
from estimates.science.soc.rothc_equilibrium import (
    rothc_cycle,
    rothc_equilibrium,
    rothc_input_factor,
    spin_up,
)
from estimates.science.soc.streams import Source, by_column
from tests.science.soc.worlds import (
    climate,
    column,
    forcing_climate,
    forcing_streams,
    site,
    stream,
    table,
)

HOOSFIELD_COVER = tuple(month in (12, 1, 2, 3, 4, 5, 6, 7) for month in range(1, 13))
HOOSFIELD_INPUT = np.where(HOOSFIELD_COVER, 0.212, 0.0)


def hoosfield(**changes):
    return site(is_covered=HOOSFIELD_COVER, **changes)


def test_hoosfield_in_1851_is_as_printed():
    """The description of version 2.0.0, part 2: DPM 0.1533 ... total 33.8632 t per ha."""
    result = rothc_equilibrium(hoosfield(), [stream(HOOSFIELD_INPUT)], iom_t_ha=by_column(2.7))

    printed = [0.1533, 4.4852, 0.6671, 25.8576]
    assert np.ravel(result.start.pools) == pytest.approx(printed, abs=5e-5)
    assert result.soc_t_ha[0, 0] == pytest.approx(33.8632, abs=5e-5)


def test_an_equilibrium_is_where_a_year_ends_that_began_there():
    streams = [stream(HOOSFIELD_INPUT), stream([0.3] + [0] * 11, source=Source.MANURE)]
    dry = {"rain_mm": (20.0,) * 12}
    found = rothc_equilibrium(hoosfield(**dry), streams, iom_t_ha=by_column(2.7))

    year = run_rothc(
        hoosfield(**dry, deficit_mm=float(found.deficit_mm[0, 0])), streams, found.start
    )

    assert found.deficit_mm[0, 0] < 0
    for row, pool in enumerate(POOLS):
        assert year.pools[pool][-1, 0, 0] == pytest.approx(found.start.pools[row, 0, 0], rel=1e-12)


def test_backwards_the_input_holds_the_stock_it_was_asked_for():
    streams = [stream(HOOSFIELD_INPUT), stream([0.1] * 12, source=Source.MANURE)]
    wanted, inert = by_column(50.0), by_column(2.7)
    factor = rothc_input_factor(
        hoosfield(), streams, soc_t_ha=wanted, iom_t_ha=inert, scaled=["shoot"]
    )

    scaled = [stream(HOOSFIELD_INPUT * factor[0, 0]), streams[1]]
    found = rothc_equilibrium(hoosfield(), scaled, iom_t_ha=inert)

    assert found.soc_t_ha[0, 0] == pytest.approx(50.0, rel=1e-12)


@pytest.mark.parametrize(
    ("soc", "inert", "scaled"),
    [(2.0, 2.7, ["shoot"]), (5.0, 2.7, ["manure"]), (500.0, 2.7, ["nothing"])],
)
def test_stocks_that_no_input_holds_are_refused(soc, inert, scaled):
    streams = [stream(HOOSFIELD_INPUT), stream([0.1] * 12, source=Source.MANURE)]

    with pytest.raises(ImpossibleForcing):
        rothc_input_factor(
            hoosfield(), streams, soc_t_ha=by_column(soc), iom_t_ha=by_column(inert),
            scaled=scaled,
        )  # fmt: skip


def test_a_soil_that_never_thaws_has_no_equilibrium():
    with pytest.raises(ImpossibleForcing, match="does not decay"):
        rothc_equilibrium(
            hoosfield(temp_c=(-6.0,) * 12), [stream(HOOSFIELD_INPUT)], iom_t_ha=by_column(0.0)
        )


def test_an_equilibrium_takes_one_year():
    with pytest.raises(NotEnoughData, match="12 months"):
        rothc_cycle(
            site(temp_c=[5.0], rain_mm=[1.0], pan_evap_mm=[1.0], is_covered=[True]),
            [stream([1.0])],
        )


def test_soil_water_that_dries_for_years_is_followed_to_its_end(monkeypatch):
    """0.1 mm a year from field capacity to -44.94 mm takes some 450 years."""
    thirsty = climate(rain_mm=[10.0] * 12, pan_evap_mm=[10.0 / 0.75] * 11 + [10.1 / 0.75])
    ground = RothcSite(clay_pct=by_column(23.4), climate=thirsty)

    _, deficit = rothc_cycle(ground, [stream(HOOSFIELD_INPUT)])

    assert deficit[0, 0] == pytest.approx(-44.94, abs=0.01)
    monkeypatch.setattr("estimates.science.soc.rothc_equilibrium.MOST_YEARS", 3)
    with pytest.raises(ImpossibleForcing, match="does not repeat"):
        rothc_cycle(ground, [stream(HOOSFIELD_INPUT)])


def test_a_share_straight_to_hum_gives_roots_their_ratio():
    """phi = (rho - 1) S / (H - S); with S 18.5 and H 114.9 a ratio of 2.3 needs 0.249."""
    printed = direct_hum_share(by_column(2.3), plain=by_column(18.5), direct=by_column(114.9))
    plain, direct = plant_split(1.44), pool_split(dpm=0, rpm=0, bio=0, hum=1)
    streams = [stream([1.0 / 12] * 12, name="a"), stream([1.0 / 12] * 12, name="b")]
    cycle, _ = rothc_cycle(site(), streams, splits={"a": plain, "b": direct})
    held = equilibrium_by_stream(cycle).sum(axis=0)
    share = direct_hum_share(by_column(2.3), plain=held[0], direct=held[1])
    rooted, _ = rothc_cycle(
        site(), streams, splits={"a": plain, "b": with_direct_hum(plain, share)}
    )
    shoot, root = equilibrium_by_stream(rooted).sum(axis=0)[:, 0, 0]

    assert printed[0, 0] == pytest.approx(0.249, abs=0.001)
    assert root / shoot == pytest.approx(2.3, rel=1e-12)
    with pytest.raises(ImpossibleForcing, match="No share"):
        direct_hum_share(by_column(9.0), plain=held[0], direct=held[1])


def test_all_rpm_roots_gain_only_a_fifth_at_equilibrium():
    """Worked for the models' description: 1.20 times a DPM/RPM of 1.44, clay 23.4."""
    streams = [stream([1.0 / 12] * 12, name="a"), stream([1.0 / 12] * 12, name="b")]
    cycle, _ = rothc_cycle(site(), streams, splits={"a": plant_split(1.44), "b": plant_split(0.0)})
    shoot, root = equilibrium_by_stream(cycle).sum(axis=0)[:, 0, 0]

    assert root / shoot == pytest.approx(1.20, abs=0.01)


def test_equilibria_are_those_of_the_reference():
    rows = table("rothc/equilibrium.forcing.csv")
    expected = table("rothc/equilibrium.expected.csv")

    def grid(name):
        return column(rows, name).reshape(-1, 12).T[:, :, None]

    clay, depth, inert = (grid(name)[0] for name in ("clay_pct", "depth_cm", "iom_t_ha"))
    conditions = climate(
        temp_c=grid("temp_c"), rain_mm=grid("rain_mm"), pan_evap_mm=grid("pan_evap_mm"),
        is_covered=grid("plant_cover"), clay_pct=clay, depth_cm=depth,
    )  # fmt: skip
    streams = [
        stream(grid("c_input_t_ha"), name="plant"),
        stream(grid("fym_t_ha"), source=Source.MANURE),
    ]

    found = rothc_equilibrium(
        RothcSite(clay_pct=clay, climate=conditions),
        streams,
        iom_t_ha=inert,
        splits=dict(standard_splits()) | {"plant": plant_split(grid("dpm_rpm"))},
    )

    for row, pool in enumerate(POOLS):
        assert np.ravel(found.start.pools[row]) == pytest.approx(
            column(expected, pool), abs=1e-7, rel=0
        )
    assert np.ravel(found.soc_t_ha) == pytest.approx(column(expected, "soc"), abs=1e-7, rel=0)
    assert np.ravel(found.deficit_mm) == pytest.approx(column(expected, "smd_mm"), abs=1e-9, rel=0)


def test_the_reference_rule_stops_short_of_equilibrium():
    """Yearly change at most 1e-6 t per ha, from nothing: some 1e-4 t short after centuries."""
    exact = rothc_equilibrium(hoosfield(), [stream(HOOSFIELD_INPUT)], iom_t_ha=by_column(0.0))

    stopped = spin_up(hoosfield(), [stream(HOOSFIELD_INPUT)])

    assert 0 < exact.soc_t_ha[0, 0] - sum(stopped.pools) < 1e-3
    assert stopped.months % 12 == 0
    assert stopped.months > 12_000


def test_the_reference_rule_stops_where_the_reference_did():
    """19,872 months of the official example, and the pools its case starts with."""
    rows = table("rothc/official_example.spinup_year.csv")
    conditions = forcing_climate(rows, clay_pct=13.0, depth_cm=25.0)

    stopped = spin_up(
        RothcSite(clay_pct=by_column(13.0), climate=conditions),
        forcing_streams(rows),
        splits=dict(standard_splits()) | {"plant": plant_split(column(rows, "dpm_rpm"))},
    )

    assert stopped.months == 19_872
    expected = [0.145466186984, 5.67812085875, 0.740593797975, 27.6427694208]
    assert stopped.pools == pytest.approx(expected, abs=1e-9)
