"""pH, available P and K: numbers that only compare within one method.

A pH in CaCl2 lies some 0.5 to 1 below one in water, Olsen P far below CAL or Mehlich-3 P, and no
factor turns one into the other for every soil. So a value carries its method, and values of several
methods are never put into one mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import ImpossibleLayer, MixedMethods, NotEnoughData, UnknownTerm

Analyte = Literal["pH", "P", "K"]

METHODS: dict[Analyte, tuple[str, ...]] = {
    "pH": ("CaCl2 0.01 M", "H2O", "KCl 1 M"),
    "P": ("Olsen", "CAL", "DL", "AL", "Mehlich-3"),
    "K": ("CAL", "DL", "AL", "Mehlich-3", "NH4-acetate"),
}
PH_LIMITS = (2.0, 12.0)


@dataclass(frozen=True, kw_only=True)
class SoilTest:
    """One soil test value with its method; solution_ratio is parts of solution per part of soil.

    P and K are mg per kg of soil, as elements, not oxides.
    """

    analyte: Analyte
    value: float
    method: str
    solution_ratio: float | None = None

    def __post_init__(self) -> None:
        """Refuse unknown methods and impossible values."""
        if self.method not in METHODS[self.analyte]:
            raise UnknownTerm(
                f"{self.method!r} is no method of {self.analyte}: "
                f"choose from {', '.join(METHODS[self.analyte])}."
            )
        low, high = PH_LIMITS if self.analyte == "pH" else (0.0, float("inf"))
        if not low <= self.value <= high:
            raise ImpossibleLayer(f"{self.analyte} {self.value:g} is no value of a soil.")


def by_method(tests: Sequence[SoilTest]) -> dict[tuple[Analyte, str, float | None], list[float]]:
    """Return values by analyte, method and solution ratio: what may stand in one column."""
    columns: dict[tuple[Analyte, str, float | None], list[float]] = {}
    for test in tests:
        columns.setdefault((test.analyte, test.method, test.solution_ratio), []).append(test.value)
    return columns


def mean_of_one_method(tests: Sequence[SoilTest]) -> float:
    """Return the mean of tests of one analyte by one method; pH as the mean of pH.

    Raises MixedMethods when they are not comparable, NotEnoughData when there is none.
    """
    columns = by_method(tests)
    if not columns:
        raise NotEnoughData("There is no soil test to average.")
    if len(columns) > 1:
        told = "; ".join(f"{analyte} by {method}" for analyte, method, _ in columns)
        raise MixedMethods(f"These values are not comparable: {told}. Average each on its own.")
    (values,) = columns.values()
    return sum(values) / len(values)
