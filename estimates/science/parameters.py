"""Parameter sets: numbers with unit, uncertainty, range and source, checked when loaded.

Published tables have carried shifted rows and copied cells; a set states which numbers sum to
a whole and which rise in order, and one that breaks its own rules is refused by the number's
name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, get_args

from estimates.science.crop_tables import SUM_TOLERANCE, check_row, numbers_of, rows_of
from estimates.science.dispersion import Dispersion, printed_dispersion
from estimates.science.distributions import Beta, Distribution, Fixed, Lognormal, Normal, Uniform
from estimates.science.errors import ImpossibleParameter, ScienceError, UnknownParameter

Status = Literal["read", "abstract", "code", "derived", "memory", "assumption"]

__all__ = [
    "SUM_TOLERANCE",
    "Number",
    "ParameterSet",
    "check_parameter_set",
    "load_parameter_set",
]

CENTRE_TOLERANCE = 0.001  # of the value; a table rounds to three digits or more
SPREAD_TOLERANCE = 0.01  # of the standard deviation

KINDS: Mapping[str, type[Fixed | Uniform | Normal | Lognormal | Beta]] = {
    "fixed": Fixed,
    "uniform": Uniform,
    "normal": Normal,
    "lognormal": Lognormal,
    "beta": Beta,
}


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number of a parameter set.

    value is the mean of its distribution, or its median when lognormal. status tells how the
    source was met: read, read in its abstract, read in code, derived from it, from memory, or
    an assumption of this set. dispersion is what the source prints beside the value, as it
    prints it, where the distribution was made from that.
    """

    key: str
    value: float
    unit: str
    distribution: Distribution
    lowest: float
    highest: float
    source: str
    doi: str | None
    status: Status
    note: str = ""
    dispersion: Dispersion | None = None


@dataclass(frozen=True, kw_only=True)
class ParameterSet:
    """All numbers one method needs beyond what was measured, under one version.

    sums names groups of shares that make a whole; orders names numbers that rise; doubts says of
    rows of its tables by crop why they stay although they look wrong.
    """

    method: str
    version: str
    numbers: tuple[Number, ...]
    sums: tuple[tuple[str, ...], ...] = ()
    orders: tuple[tuple[str, ...], ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Number]:
        """Return the numbers by their key."""
        return {number.key: number for number in self.numbers}

    def number(self, key: str) -> Number:
        """Return one number; raises UnknownParameter with the keys that begin alike."""
        try:
            return self.by_key[key]
        except KeyError:
            family = key.partition(".")[0]
            known = sorted(name for name in self.by_key if name.partition(".")[0] == family)
            raise UnknownParameter(
                f"{self.method} {self.version} has no number {key!r}. "
                f"Did you mean one of {known or sorted(self.by_key)}?"
            ) from None

    def value(self, key: str) -> float:
        """Return the value of one number."""
        return self.number(key).value

    def has(self, key: str) -> bool:
        """Return whether the set holds this number."""
        return key in self.by_key


def load_parameter_set(text: str) -> ParameterSet:
    """Return the parameter set written in this JSON text, checked.

    Raises ImpossibleParameter with the first thing that is wrong.
    """
    try:
        parameters = _read(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ImpossibleParameter(
            f"This is not written as a parameter set: {type(error).__name__}, {error}."
        ) from error
    check_parameter_set(parameters)
    return parameters


def check_parameter_set(parameters: ParameterSet) -> None:
    """Raise ImpossibleParameter that names the number and the rule it breaks."""
    if len(parameters.by_key) != len(parameters.numbers):
        raise ImpossibleParameter("A key stands twice in the parameter set.")
    for number in parameters.numbers:
        _check_number(number)
    for keys in parameters.sums:
        _check_sum(parameters, keys)
    for keys in parameters.orders:
        _check_order(parameters, keys)


def _read(table: Mapping[str, Any]) -> ParameterSet:
    rows = rows_of(table)
    for row in rows:
        check_row(row)
    return ParameterSet(
        method=table["method"],
        version=table["version"],
        numbers=tuple(_number(row) for row in (*table["numbers"], *numbers_of(table))),
        sums=tuple(tuple(keys) for keys in table.get("sums", ())),
        orders=tuple(tuple(keys) for keys in table.get("orders", ())),
        doubts=tuple((row.name, row.accepted) for row in rows if row.accepted),
    )


def _number(row: Mapping[str, Any]) -> Number:
    spread = dict(row["distribution"])
    kind = spread.pop("kind")
    if kind not in KINDS:
        raise ImpossibleParameter(
            f"{row['key']}: unknown distribution {kind!r}; known are {sorted(KINDS)}."
        )
    try:
        distribution = KINDS[kind](**spread)
    except (TypeError, ImpossibleParameter) as error:
        raise ImpossibleParameter(f"{row['key']}: {error}") from error
    lowest, highest = row["range"]
    dispersion = _printed(row, distribution) if row.get("dispersion") else None
    return Number(
        key=row["key"],
        value=row["value"],
        unit=row["unit"],
        distribution=distribution,
        lowest=lowest,
        highest=highest,
        source=row["source"],
        doi=row["doi"],
        status=row["status"],
        note=row.get("note", ""),
        dispersion=dispersion,
    )


def _printed(row: Mapping[str, Any], distribution: Distribution) -> Dispersion:
    """Return what the source prints beside a number, which has to be how wide it is drawn."""
    try:
        printed, stands_for = printed_dispersion(row["dispersion"])
        sd = printed.sd_of(stands_for)
    except (TypeError, ScienceError) as error:
        raise ImpossibleParameter(f"{row['key']}: {error}") from error
    if not math.isclose(distribution.sd, sd, rel_tol=SPREAD_TOLERANCE):
        raise ImpossibleParameter(
            f"{row['key']}: its distribution has a standard deviation of {distribution.sd:g}, but "
            f"{printed.type} {printed.value:g} of {printed.n} units ({printed.level}) is {sd:g} "
            f"for the {stands_for}."
        )
    return printed


def _check_number(number: Number) -> None:
    if not (math.isfinite(number.value) and number.lowest <= number.value <= number.highest):
        raise ImpossibleParameter(
            f"{number.key} is {number.value} {number.unit}, outside "
            f"{number.lowest} to {number.highest}."
        )
    spread = number.distribution
    centre = spread.median if isinstance(spread, Lognormal) else spread.mean
    if not math.isclose(centre, number.value, rel_tol=CENTRE_TOLERANCE):
        raise ImpossibleParameter(
            f"{number.key} is {number.value} but its distribution is centred on {centre:g}."
        )
    if not number.source or number.status not in get_args(Status):
        raise ImpossibleParameter(f"{number.key} needs a source and a status.")


def _check_sum(parameters: ParameterSet, keys: Sequence[str]) -> None:
    total = math.fsum(parameters.value(key) for key in keys)
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise ImpossibleParameter(
            f"{', '.join(keys)} sum to {total:.4f}, not to 1 within {SUM_TOLERANCE}: "
            "look for a shifted row."
        )


def _check_order(parameters: ParameterSet, keys: Sequence[str]) -> None:
    for lower, higher in pairwise(keys):
        if not parameters.value(lower) < parameters.value(higher):
            raise ImpossibleParameter(
                f"{lower} ({parameters.value(lower)}) must be below "
                f"{higher} ({parameters.value(higher)})."
            )
