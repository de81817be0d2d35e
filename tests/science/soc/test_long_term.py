"""RothC against stocks measured over up to 173 years, and the figure drawn of it."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.superposition import fitted_factor
from tests.science.soc.long_term import (
    BROADBALK,
    BROADBALK_1968,
    BROADBALK_YEARS,
    FOSTERS_ARABLE,
    HIGHFIELD,
    all_outcomes,
    highfield,
)
from tests.science.soc.long_term_page import PAGE, figure_lines, table_lines
from tests.science.soc.worlds import table

LIMITS_T_HA = {
    "Highfield bare fallow": 3.7,
    "Broadbalk nil": 1.7,
    "Broadbalk PK": 1.0,
    "Broadbalk FYM since 1843": 3.7,
    "Broadbalk FYM 1968-2000": 2.3,
    "Fosters arable": 1.6,
    "Fosters reseeded grass": 3.0,
    "Fosters ley-arable": 5.8,
}


def test_bare_fallow_falls_as_the_reference_program_lets_it():
    """The reference program: RMSE 3.7, bias -2.8 t per ha on the seven later dates."""
    outcome = highfield()

    assert outcome.rmse == pytest.approx(3.7, abs=0.05)
    assert outcome.bias == pytest.approx(-2.8, abs=0.05)


@pytest.fixture(scope="module")
def outcomes():
    return all_outcomes()


def test_every_treatment_is_met_within_what_the_page_says(outcomes):
    assert {outcome.name for outcome in outcomes} == set(LIMITS_T_HA)
    for outcome in outcomes:
        assert outcome.rmse < LIMITS_T_HA[outcome.name], outcome.name
    page = PAGE.read_text(encoding="utf-8")
    assert all(line in page for line in table_lines(outcomes))


def test_the_figure_draws_every_measurement(outcomes):
    drawing = "\n".join(figure_lines(outcomes))

    assert "Highfield bare fallow" in drawing
    assert drawing.count("<circle") == sum(len(one.measured) for one in outcomes)


def test_the_stocks_typed_here_are_those_of_the_archive():
    broadbalk = table("lte/broadbalk_measured_soc.csv")
    high = table("lte/highfield_bare_fallow_measured_soc.csv")
    fosters = table("lte/fosters_ley_arable_measured_soc.csv")

    def plot(name):
        return {
            int(row["year"]): float(row["soc_t_ha_0_23cm"])
            for row in broadbalk
            if row["treatment"].startswith(name)
        }

    for name, ours in zip(("nil", "pk", "fym1843"), BROADBALK.values(), strict=True):
        assert plot(name) == dict(zip(BROADBALK_YEARS, ours, strict=True))
    assert plot("fym1968") == BROADBALK_1968
    assert {int(r["year"]): float(r["soc_t_ha_0_23cm_mean"]) for r in high} == HIGHFIELD
    for row in fosters:
        if row["rotation_type"] == "arable" and row["rotation_code"] == "A":
            stock = float(row["soc_percent_mean"]) * float(row["bulk_density_mean"]) * 23
            assert FOSTERS_ARABLE[int(row["year"])] == pytest.approx(stock, abs=0.001)


def test_one_input_is_fitted_exactly_or_refused():
    rest, pattern = np.array([10.0, 8.0]), np.array([1.0, 2.0])

    assert fitted_factor(rest, pattern, rest + 1.5 * pattern) == pytest.approx(1.5)
    with pytest.raises(ImpossibleForcing):
        fitted_factor(rest, pattern, rest - pattern)
    with pytest.raises(ImpossibleForcing):
        fitted_factor(rest, np.zeros(2), rest)
