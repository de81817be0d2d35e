"""Laws that hold for every soil: conservation, linearity, and that slicing changes nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.soc.icbm import Arrival, icbm_site, icbm_start, run_icbm
from estimates.science.soc.rothc import rothc_start, run_rothc
from estimates.science.soc.series import INITIAL, Wish
from estimates.science.soc.streams import Source
from tests.science.soc.worlds import site, stream

FEW = settings(max_examples=12, deadline=None)
MONTHS = 24
PLOTS = 7
amounts = st.lists(st.floats(0, 2), min_size=MONTHS, max_size=MONTHS)
pools = st.lists(st.floats(0, 60), min_size=4, max_size=4)
seeds = st.integers(0, 2**32 - 1)


def world(seed, *, plots=PLOTS):
    """Return a site of many plots, each with weather, cover and clay of its own."""
    draw = np.random.default_rng(seed)
    shape = (MONTHS, plots)
    return site(
        clay_pct=draw.uniform(0, 80, plots),
        temp_c=draw.uniform(-8, 28, shape),
        rain_mm=draw.uniform(0, 150, shape),
        pan_evap_mm=draw.uniform(0, 180, shape),
        is_covered=draw.random(shape) < 0.5,
    )


def run(ground, streams, start, **wish):
    return run_rothc(ground, streams, start, wish=Wish(record=(0, 7, MONTHS), **wish))


@FEW
@given(seeds, amounts, amounts, pools)
def test_no_carbon_is_made_or_lost(seed, plant, manure, first):
    start = rothc_start(pools=first, iom_t_ha=3.0)
    streams = [stream(plant), stream(manure, source=Source.MANURE)]

    result = run(world(seed), streams, start)

    given_c = sum(first) + 3.0 + sum(plant) + sum(manure)
    found = result.soc_t_ha[-1] + result.respired_t_ha[-1]
    assert np.abs(found / given_c - 1.0).max() < 1e-12
    assert (result.respired_t_ha >= 0).all()
    assert all((pool >= 0).all() for pool in result.pools.values())


@FEW
@given(seeds, amounts, amounts, st.floats(0, 5), st.floats(0, 5))
def test_soc_is_linear_in_its_inputs(seed, one, other, a, b):
    ground, nothing = world(seed), rothc_start(pools=[0, 0, 0, 0], iom_t_ha=0)
    first, second = (run(ground, [stream(x)], nothing).soc_t_ha for x in (one, other))

    both = run(ground, [stream(a * np.array(one) + b * np.array(other))], nothing).soc_t_ha

    np.testing.assert_allclose(both, a * first + b * second, rtol=1e-12, atol=1e-14)


@FEW
@given(seeds, amounts, amounts, pools)
def test_the_order_of_streams_changes_nothing(seed, plant, manure, first):
    start = rothc_start(pools=first, iom_t_ha=1.0)
    streams = [stream(plant), stream(manure, source=Source.MANURE)]

    forth, back = (run(world(seed), order, start) for order in (streams, streams[::-1]))

    np.testing.assert_allclose(forth.soc_t_ha, back.soc_t_ha, rtol=1e-13)


@FEW
@given(seeds, amounts, amounts, pools)
def test_streams_and_the_start_add_up_to_soc(seed, plant, manure, first):
    start = rothc_start(pools=first, iom_t_ha=1.0)
    streams = [stream(plant), stream(manure, source=Source.MANURE)]

    parts = run(world(seed), streams, start, by_stream=True)
    whole = run(world(seed), streams, start)

    assert set(parts.by_stream) == {INITIAL, "shoot", "manure"}
    np.testing.assert_allclose(sum(parts.by_stream.values()), whole.soc_t_ha, rtol=1e-13)


@FEW
@given(seeds, amounts, pools, st.sampled_from([1, 2, 3, 64]))
def test_chunks_and_batches_change_nothing(seed, plant, first, columns):
    ground, start = world(seed), rothc_start(pools=first, iom_t_ha=1.0)
    draw = np.random.default_rng(seed)
    many = [stream(np.array(plant)[:, None, None] * draw.uniform(0, 2, (1, PLOTS, 3)))]

    whole = run(ground, many, start)
    cut = run(ground, many, start, chunk_columns=columns)

    np.testing.assert_array_equal(cut.soc_t_ha, whole.soc_t_ha)
    alone = run(world(seed, plots=PLOTS), [stream(many[0].amount[:, 2, 1])], start)
    np.testing.assert_allclose(alone.soc_t_ha[:, 2, 0], whole.soc_t_ha[:, 2, 1], rtol=1e-13)


@FEW
@given(seeds, pools)
def test_without_input_soc_only_falls(seed, first):
    result = run_rothc(
        world(seed), [stream(np.zeros(MONTHS))], rothc_start(pools=first, iom_t_ha=1.0),
        wish=Wish(record=range(MONTHS + 1)),
    )  # fmt: skip

    assert (np.diff(result.soc_t_ha, axis=0) <= 1e-12).all()


@FEW
@given(
    st.lists(st.floats(0, 4), min_size=6, max_size=6),
    st.lists(st.floats(0, 3), min_size=6, max_size=6),
    st.sampled_from(list(Arrival)),
    st.floats(0.01, 0.6),
)
def test_root_and_shoot_are_one_where_h_is(inputs, factors, arrival, share):
    """Half the C as root and half as shoot is the same as all of it as one, and balances."""
    ground = icbm_site(factors, arrival=arrival)
    half = np.array(inputs) / 2
    two = [stream(half), stream(half, source=Source.ROOT)]
    one = [stream(inputs)]
    shares = {"shoot": share, "root": share}

    split = run_icbm(ground, two, icbm_start(two, young={}, old=40.0), humification=shares)
    whole = run_icbm(ground, one, icbm_start(one, young={}, old=40.0), humification=shares)

    np.testing.assert_allclose(split.soc_t_ha, whole.soc_t_ha, rtol=1e-13)
    balance = (whole.soc_t_ha + whole.respired_t_ha)[-1, 0, 0]
    assert abs(balance / (40.0 + sum(inputs)) - 1.0) < 1e-12
    assert (whole.respired_t_ha >= -1e-12).all()
