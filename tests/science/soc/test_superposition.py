"""Uncertain amounts by superposition, against running every draw."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc import superposition
from estimates.science.soc.rothc import rothc_start, run_rothc
from estimates.science.soc.series import Wish
from estimates.science.soc.streams import Source
from estimates.science.soc.superposition import Basis, basis_of
from tests.science.soc.worlds import site, stream

PLOTS, DRAWS = 5, 40
GROUND = site(clay_pct=np.linspace(5, 40, PLOTS))
START = rothc_start(pools=[0.1, 4.0, 0.6, 25.0], iom_t_ha=2.5)
YEAR = Wish(record=(0, 6, 12), by_stream=True)


def patterns():
    draw = np.random.default_rng(7)
    return {
        "root": (Source.ROOT, draw.uniform(0, 0.3, (12, PLOTS))),
        "manure": (Source.MANURE, draw.uniform(0, 0.1, (12, 1))),
    }


def factors(plots=PLOTS):
    draw = np.random.default_rng(8)
    return {
        "root": draw.lognormal(0, 0.5, (plots, DRAWS)),
        "manure": draw.lognormal(0, 0.2, DRAWS),
    }


def basis():
    streams = [stream(amount, source=source) for source, amount in patterns().values()]
    return basis_of(run_rothc(GROUND, streams, START, wish=YEAR))


def direct():
    drawn = factors()
    streams = [
        stream(amount[:, :, None] * np.atleast_2d(drawn[name])[None], source=source)
        for name, (source, amount) in patterns().items()
    ]
    wish = Wish(record=(0, 6, 12), keeps_pools=False, keeps_respired=False)
    result = run_rothc(GROUND, streams, START, wish=wish)
    assert result.pools == {}
    return result.soc_t_ha


@pytest.mark.parametrize("values", [1, 2**18])
def test_draws_are_those_of_running_each(monkeypatch, values):
    monkeypatch.setattr(superposition, "CHUNK_VALUES", values)

    assert np.abs(basis().draws(factors()) - direct()).max() < 1e-12


def test_quantiles_are_those_of_the_draws():
    found = basis().quantiles(factors(), [0.025, 0.5, 0.975])

    expected = np.quantile(direct(), [0.025, 0.5, 0.975], axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"root": np.ones(3)},
        {"root": np.ones(3), "manure": np.ones(4)},
        {"root": np.ones((2, 3)), "manure": np.ones(3)},
    ],
)
def test_factors_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ImpossibleForcing):
        basis().draws(wrong)


def test_a_basis_needs_streams_told_apart():
    plain = run_rothc(GROUND, [stream([0.1] * 12)], START)

    with pytest.raises(ImpossibleForcing, match="by stream"):
        basis_of(plain)
    with pytest.raises(ImpossibleForcing, match="at least one"):
        Basis(years=np.zeros(1), initial=np.zeros((1, 1)), by_stream={})
