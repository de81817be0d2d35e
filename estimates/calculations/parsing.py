"""One cell of a table, or one option, from text to value: strict in numbers, clear in refusal."""

from __future__ import annotations

import re

from estimates.calculations.declaration import Column, Value
from estimates.calculations.problems import BadCell

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
LIMIT = re.compile(r"[<>]\s*[-+]?[\d.]+")
WITH_UNIT = re.compile(r"[-+]?[\d.]+\s*[^\d\s.,].*")
WRITTEN_OTHERWISE = str.maketrans("\u2212\u2013", "--", " \u00a0\u2009\u202f'")  # minus, thousands
NOT_A_VALUE = frozenset({"na", "n/a", "nan", "#n/a", "null", "none", "nil", "-", "."})
FLAGS = {"yes": 1, "true": 1, "1": 1, "y": 1, "no": 0, "false": 0, "0": 0, "n": 0}


def parse_cell(text: str, column: Column, *, factor: float = 1.0) -> Value:
    """Return the value of a cell in the unit of its column; a blank gives the default.

    Raises BadCell where the cell is not what the column asks for.
    """
    text = text.strip()
    if not text:
        if column.is_required:
            raise _bad(column, "missing_value", f"{column.name} is blank; it is needed in each row")
        return column.default
    if column.kind == "text":
        return _choice(text, column)
    if column.kind == "flag":
        if text.lower() not in FLAGS:
            raise _bad(column, "not_a_flag", f"{text!r} is neither yes nor no")
        return FLAGS[text.lower()]
    number = _number(text, column) * factor
    if column.kind == "whole" and not number.is_integer():
        raise _bad(column, "not_whole", f"{column.name} is {text}; it must be a whole number")
    _check_range(number, text, column)
    return int(number) if column.kind == "whole" else number


def _choice(text: str, column: Column) -> str:
    if not column.choices:
        return text
    found = [choice for choice in column.choices if choice.lower() == text.lower()]
    if not found:
        wanted = ", ".join(column.choices)
        raise _bad(column, "unknown_choice", f"{column.name} is {text!r}; choose from {wanted}")
    return found[0]


def _number(text: str, column: Column) -> float:
    if NUMBER.fullmatch(text):
        number = float(text)
        if abs(number) == float("inf"):
            raise _bad(column, "out_of_range", f"{text} is larger than any number here can be")
        return number
    if text.lower() in NOT_A_VALUE:
        raise _bad(column, "not_a_number", f"{text!r} is not a number; leave the cell blank")
    if THOUSANDS.fullmatch(text) and not DECIMAL_COMMA.fullmatch(text):
        raise _bad(column, "thousands_comma", f"{text!r} has commas between thousands; leave out")
    if DECIMAL_COMMA.fullmatch(text):
        point = text.replace(",", ".")
        raise _bad(column, "decimal_comma", f"{text!r} has a decimal comma; write {point}")
    if LIMIT.fullmatch(text):
        raise _bad(column, "censored", f"{text!r} is a limit, not a value; leave the cell blank")
    if WITH_UNIT.fullmatch(text):
        unit = f" (in {column.unit})" if column.unit else ""
        raise _bad(column, "not_a_number", f"{text!r} has more than a number in it{unit}")
    plain = text.translate(WRITTEN_OTHERWISE)
    hint = f"; write {plain}" if NUMBER.fullmatch(plain) else ""
    raise _bad(column, "not_a_number", f"{text!r} is not a number{hint}")


def _check_range(number: float, text: str, column: Column) -> None:
    low, high = column.lower, column.upper
    if (low is None or number >= low) and (high is None or number <= high):
        return
    unit = f" {column.unit}" if column.unit else ""
    if low is not None and high is not None:
        allowed = f"from {low:g} to {high:g}{unit}"
    else:
        allowed = f"at least {low:g}{unit}" if low is not None else f"at most {high:g}{unit}"
    raise _bad(column, "out_of_range", f"{column.name} is {text}; it must be {allowed}")


def _bad(column: Column, code: str, sentence: str) -> BadCell:
    return BadCell(f"{sentence}.", column=column.name, code=code)
