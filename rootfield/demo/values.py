"""What a typed cell says: a number, a limit it did not reach, or a reason for having none."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,(\d{1,2}|\d{4,})")
RANGE = re.compile(r"\d+(\.\d+)?\s*(-|\u2013|to)\s*\d+(\.\d+)?", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(1[89]|20)\d\d(?!\d)")
TIME_OF_DAY = re.compile(r"(\d{4}-\d\d-\d\d)[T ].*")
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

REASONS = {
    "nem": "not_enough_material",
    "not enough material": "not_enough_material",
    "not enough sample": "not_enough_material",
    "sample lost": "lost",
    "lost": "lost",
    "sample dne": "not_sampled",
    "dne": "not_sampled",
    "not sampled": "not_sampled",
    "na": "not_recorded",
    "n/a": "not_recorded",
    "n.a.": "not_recorded",
    "nan": "not_recorded",
    "none": "not_recorded",
    ".": "not_recorded",
    "-": "not_recorded",
    "": "not_recorded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number, or its limit with censoring `lt` or `gt`, or the reason why there is neither."""

    as_entered: str
    value: float | None = None
    censoring: str = "none"
    limit: float | None = None
    reason: str = ""


def read_amount(typed: str, *, remark: str = "") -> Amount:
    """Return what a cell says; `remark` may hold the reason when the cell itself has none.

    A comma is read as a decimal comma, except before exactly three digits, where it could mean
    thousands: such a cell is left unreadable.
    """
    text = typed.strip()
    if RANGE.fullmatch(text):
        return Amount(as_entered=typed, reason="range_given")
    censoring, bare = _censoring(text)
    number = read_number(bare)
    if number is None:
        return Amount(as_entered=typed, reason=_reason(text, remark))
    if censoring != "none":
        return Amount(as_entered=typed, censoring=censoring, limit=number)
    return Amount(as_entered=typed, value=number)


def read_number(typed: str) -> float | None:
    """Return the finite number a cell holds, or None."""
    text = typed.strip()
    if DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def positive(typed: str) -> float | None:
    """Return the number of a cell that must be above zero, or None."""
    number = read_number(typed)
    return number if number is not None and number > 0 else None


def _censoring(text: str) -> tuple[str, str]:
    signs = {"<": "lt", "≤": "lt", ">": "gt", "≥": "gt"}
    kind = signs.get(text[:1])
    return (kind, text[1:].lstrip("= ")) if kind else ("none", text)


def _reason(text: str, remark: str) -> str:
    own = REASONS.get(text.casefold(), "not_a_number")
    if own != "not_recorded":
        return own
    return REASONS.get(remark.strip().casefold(), own)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day with the precision it is known to, and whether the text said exactly that."""

    on: datetime.date | None
    precision: str
    is_certain: bool


def read_date(typed: str, *, precision: str = "", year: str = "") -> ReadDate:
    """Return the day, or the first day of the month or year, that a cell says.

    A coarser precision asked for wins over the text. A cell that says none of the three falls
    back to a year in its words, then to `year`. Both are marked uncertain.
    """
    text = TIME_OF_DAY.sub(r"\1", typed.strip())
    found = _iso_date(text) or _day_first_date(text)
    if found:
        return _as_precise_as(precision.strip().lower(), *found)
    for words in (text, year):
        match = YEAR.search(words)
        if match:
            return ReadDate(datetime.date(int(match[0]), 1, 1), "year", is_certain=False)
    return ReadDate(None, "unknown", is_certain=False)


def _as_precise_as(asked: str, on: datetime.date, own: str) -> ReadDate:
    if asked == "year" and own != "year":
        return ReadDate(on.replace(month=1, day=1), "year", is_certain=False)
    if asked == "month" and own == "day":
        return ReadDate(on.replace(day=1), "month", is_certain=False)
    return ReadDate(on, own, is_certain=True)


def _iso_date(text: str) -> tuple[datetime.date, str] | None:
    for length, suffix, precision in ((10, "", "day"), (7, "-01", "month"), (4, "-01-01", "year")):
        if len(text) == length and YEAR.match(text):
            try:
                return datetime.date.fromisoformat(text + suffix), precision
            except ValueError:
                return None
    return None


def _day_first_date(text: str) -> tuple[datetime.date, str] | None:
    match = DAY_FIRST.fullmatch(text)
    if not match:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return datetime.date(year, month, day), "day"
    except ValueError:
        return None
