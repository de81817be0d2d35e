"""What must hold whatever the cores hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.inputs import Measured, Stand
from estimates.science.measured_cores import estimate_campaign, estimate_plot
from estimates.science.plot_model import plot_model
from tests.science.builders import core, options, parameter_set, plot, root

PARAMETERS = parameter_set()
FEW = settings(max_examples=15, deadline=None)
SOME = settings(max_examples=60, deadline=None)

masses = st.just(0.0) | st.floats(0.001, 20)
shares = st.floats(0.05, 0.95)
carbons = st.none() | st.floats(0.2, 0.6)


@st.composite
def cores(draw):
    number = draw(st.integers(1, 4))
    deep = draw(st.integers(1, 4))
    return [
        core(
            f"c{key}",
            *(
                root(
                    20 * layer,
                    20 * layer + 20,
                    draw(masses),
                    carbon_g_per_g=draw(carbons),
                    share_dead=draw(st.none() | shares),
                )
                for layer in range(deep)
            ),
        )
        for key in range(number)
    ]


plots = st.builds(
    plot,
    key=st.text(min_size=1, max_size=5),
    stands=st.sampled_from(
        [[Stand()], [Stand(growth="perennial")], [Stand(growth="tree", turnover="Quercus")]]
    ),
    extraneous=st.none() | st.builds(Measured, value=shares, uncertainty=st.floats(0, 0.05)),
) | cores().map(lambda items: plot(*items))


def nominal(*some_cores):
    model = plot_model(plot(*some_cores), parameters=PARAMETERS, options=options())
    return model.root_mass_g_m2, sum(item.weight * item.root_c_g_m2 for item in model.cores)


@given(masses, shares, st.floats(0.2, 0.6))
@SOME
def test_cutting_a_layer_in_two_changes_nothing(mass, at, carbon):
    cut_cm = 40 * at
    whole = core("c1", root(0, 40, mass, carbon_g_per_g=carbon))
    halves = core(
        "c1",
        root(0, cut_cm, mass * at, carbon_g_per_g=carbon),
        root(cut_cm, 40, mass * (1 - at), carbon_g_per_g=carbon),
    )

    assert nominal(halves) == pytest.approx(nominal(whole))


@given(cores())
@FEW
def test_the_order_of_records_changes_nothing(items):
    turned = [core(item.key, *reversed(item.layers)) for item in reversed(items)]

    results = [
        estimate_plot(plot(*some), parameters=PARAMETERS, options=options())
        for some in (items, turned)
    ]

    assert repr(results[0]) == repr(results[1])


@given(plots)
@FEW
def test_nothing_is_negative_and_nothing_is_unknown(any_plot):
    result = estimate_plot(
        any_plot, parameters=PARAMETERS, options=options(washing_loss="prior", counts_dead=False)
    )

    for summary in (result.root_c_stock, result.c_input, *(item.root_c for item in result.layers)):
        numbers = (summary.mean, summary.sd, summary.median, summary.lower, summary.upper)
        assert all(math.isfinite(number) and number >= 0 for number in numbers)
        assert summary.lower <= summary.median <= summary.upper
    assert math.isfinite(result.root_mass_g_m2)
    assert sum(item.weight for item in result.cores) == pytest.approx(1.0)


@given(st.integers(0, 2**32), cores())
@FEW
def test_the_same_seed_gives_the_same_bytes(seed, items):
    results = [
        estimate_plot(plot(*items), parameters=PARAMETERS, options=options(seed=seed))
        for _ in range(2)
    ]

    assert repr(results[0]) == repr(results[1])


def test_another_seed_gives_other_draws():
    results = [
        estimate_plot(plot(), parameters=PARAMETERS, options=options(seed=seed)) for seed in (1, 2)
    ]

    assert results[0].root_c_stock != results[1].root_c_stock


@given(st.lists(cores(), min_size=2, max_size=4), st.integers(1, 3))
@settings(max_examples=8, deadline=None)
def test_a_campaign_in_parts_gives_every_plot_the_same_numbers(campaign, at):
    all_plots = [plot(*items, key=f"p{number}") for number, items in enumerate(campaign)]
    how = {"parameters": PARAMETERS, "options": options(washing_loss="prior")}

    together = estimate_campaign(all_plots, **how).plots
    parts = estimate_campaign(all_plots[at:], **how).plots
    parts += estimate_campaign(all_plots[:at], **how).plots

    assert {item.plot_key: repr(item) for item in parts} == {
        item.plot_key: repr(item) for item in together
    }


@given(cores(), st.floats(1.5, 4.0))
@SOME
def test_twice_the_roots_are_twice_the_stock(items, factor):
    more = [
        core(
            item.key,
            *(
                root(
                    layer.upper_depth_cm,
                    layer.lower_depth_cm,
                    layer.washed_mass_g * factor,
                    carbon_g_per_g=layer.carbon_g_per_g,
                )
                for layer in item.layers
            ),
        )
        for item in items
    ]

    assert nominal(*more) == pytest.approx([factor * value for value in nominal(*items)])
