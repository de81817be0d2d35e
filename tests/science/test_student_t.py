"""Student's t against printed tables and SciPy.

Table: 97.5 % points 12.706, 4.303, 2.228, 1.984 at 1, 2, 10 and 100 degrees of freedom (Fisher &
Yates, as in every textbook).
"""

from __future__ import annotations

import pytest
from scipy.stats import t as student

from estimates.science.student_t import incomplete_beta, t_quantile


@pytest.mark.parametrize(
    ("freedom", "printed"), [(1, 12.706), (2, 4.303), (10, 2.228), (100, 1.984)]
)
def test_quantiles_are_those_of_the_tables(freedom, printed):
    assert t_quantile(0.975, freedom) == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize("freedom", [0.7, 1.0, 3.5, 12.0, 400.0, 99_999.0])
@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5, 0.75, 0.975, 0.9995])
def test_quantiles_are_those_of_scipy(freedom, probability):
    expected = float(student.ppf(probability, freedom))

    assert t_quantile(probability, freedom) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_ends_of_the_beta_function_are_certain():
    assert (incomplete_beta(0.0, 2.0, 3.0), incomplete_beta(1.0, 2.0, 3.0)) == (0.0, 1.0)


@pytest.mark.parametrize(("probability", "freedom"), [(0.0, 5), (1.0, 5), (0.9, 0.0)])
def test_what_is_no_probability_is_refused(probability, freedom):
    with pytest.raises(ValueError, match="needs a probability"):
        t_quantile(probability, freedom)
