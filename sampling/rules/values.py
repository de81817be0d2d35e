"""What a person types into a cell of results, and how it is read.

A number may carry a sign of censoring before it and a unit after it. A decimal comma is read as
such where nothing else is possible, and said; where it could part thousands as well (1,234), the
cell is refused until the person says which mark they use. Nothing is ever guessed in silence, and
the text stays as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sampling.rules.remarks import Remark

LONGEST_TEXT: Final = 80
DECIMALS: Final = 10  # that are stored
WHOLE_DIGITS: Final = 14
SMALLEST_POWER: Final = -30  # of ten: smaller in any unit than what is stored

REASONS: Final = {
    "not_sampled": "not_sampled",
    "not sampled": "not_sampled",
    "not_recorded": "not_recorded",
    "not recorded": "not_recorded",
    "not_enough_material": "not_enough_material",
    "not enough material": "not_enough_material",
    "not enough sample": "not_enough_material",
    "nem": "not_enough_material",
    "lost": "lost",
    "sample lost": "lost",
    "range_given": "range_given",
    "not_a_number": "not_a_number",
    "instrument_fault": "instrument_fault",
    "instrument fault": "instrument_fault",
    "other": "other",
}
_NOT_DETECTED: Final = {
    "nd": "lod",
    "n.d.": "lod",
    "not detected": "lod",
    "<lod": "lod",
    "< lod": "lod",
    "<loq": "loq",
    "< loq": "loq",
}
_NOT_FINITE: Final = re.compile(r"[<>]?\s*[+-]?(s?nan[0-9]*|inf|infinity|∞)", re.IGNORECASE)
_CENSORING: Final = {"<": "lt", "<=": "lt", "≤": "lt", ">": "gt", ">=": "gt", "≥": "gt"}
_TYPED: Final = re.compile(
    r"(?P<sign><=|>=|[<>≤≥])?\s*"
    r"(?P<number>[+-]?(?:[0-9][0-9.,]*|[.,][0-9]+))(?P<power>[eE][+-]?[0-9]{1,9})?"
    r"\s*(?P<unit>.*)",
    re.DOTALL,
)
_RANGE: Final = re.compile(r"(-|to\b)\s*[+-]?[0-9].*", re.IGNORECASE | re.DOTALL)
_UNIT: Final = re.compile(r"[^\W\d_].*|[%‰°\[].*", re.DOTALL)
_AMBIGUOUS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_GROUPS: Final = re.compile(r"[+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
_SPELLING: Final = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2212": "-", "\u2013": "-", "\u2014": "-"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a cell says: a number, a limit, that nothing was detected, or a reason for nothing.

    `below` names the limit of the variable (lod or loq) that stands for a number which was not
    detected; `unit` is what follows the number, as typed. A blank cell keeps what is there.
    """

    as_entered: str
    number: Decimal | None = None
    censoring: str = "none"
    below: str = ""
    reason: str = ""
    is_blank: bool = False
    needs_reason: bool = False
    unit: str = ""
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


def read_typed(given: object, *, decimal_mark: str = "") -> Typed:
    """Return how a cell is read; given is text, a number, or None for an empty one.

    decimal_mark is `,` or `.` when the person said which they use. A cell that cannot be read
    has errors and neither number nor reason.
    """
    if given is None:
        return Typed(as_entered="", is_blank=True)
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        return _refused(shown(given), "value.not_a_number", "Give a number or a text.")
    typed = str(given)
    if len(typed) > LONGEST_TEXT:
        return _refused(
            typed[:LONGEST_TEXT], "value.too_long", f"At most {LONGEST_TEXT} characters are kept."
        )
    return _read_text(typed, decimal_mark)


def shown(given: object) -> str:
    """Return a value as it may be repeated in an answer: short, and storable as text."""
    cleaned = str(given).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return cleaned.encode("utf-8", "replace").decode()[:LONGEST_TEXT]


def plain(number: Decimal) -> str:
    """Return a number without exponent, without closing zeros, and zero without a sign."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _read_text(typed: str, decimal_mark: str) -> Typed:
    text = typed.translate(_SPELLING).strip()
    folded = text.casefold()
    if not text:
        return Typed(as_entered="", is_blank=True)
    if text == "-":
        return Typed(as_entered=typed, needs_reason=True)
    if folded in REASONS:
        return Typed(as_entered=typed, reason=REASONS[folded])
    if folded in _NOT_DETECTED:
        return Typed(as_entered=typed, below=_NOT_DETECTED[folded], censoring="lt")
    if _NOT_FINITE.fullmatch(text):
        return _refused(typed, "value.not_finite", "NaN and infinity are not results.")
    return _read_number(typed, text, decimal_mark)


def _read_number(typed: str, text: str, decimal_mark: str) -> Typed:
    match = _TYPED.fullmatch(text)
    if match is None:
        return _refused(typed, "value.not_a_number", "This cannot be read as a number.")
    unit = match["unit"]
    if _RANGE.fullmatch(unit):
        return _refused(typed, "value.range", "Give one number, not a range.")
    if unit and not _UNIT.fullmatch(unit):
        return _refused(typed, "value.not_a_number", "This cannot be read as a number.")
    bare, mark = _pointed(match["number"], decimal_mark)
    if bare is None:
        return _refused(typed, "value.not_a_number", "This cannot be read as a number.")
    number = Decimal(bare + (match["power"] or ""))
    if number and number.adjusted() >= WHOLE_DIGITS:
        return _refused(typed, "value.too_large", "This is too large to be kept.")
    if number and number.adjusted() < SMALLEST_POWER:
        return _refused(typed, "value.too_small", "This is too small to be kept.")
    read = Typed(
        as_entered=typed,
        number=number or Decimal(0),
        censoring=_CENSORING.get(match["sign"] or "", "none"),
        unit=unit,
    )
    return _with_mark(read, mark)


def _pointed(number: str, decimal_mark: str) -> tuple[str | None, str]:
    """Return the number with a decimal point, and the code of what had to be decided."""
    commas, points = number.count(","), number.count(".")
    if not commas and points <= 1:
        return number, ""
    if commas == 1 and not points:
        return _one_comma(number, decimal_mark)
    if commas and points:
        return _both_marks(number)
    if _GROUPS.fullmatch(number):
        return number.replace(",", "").replace(".", ""), "value.thousands_mark"
    return None, ""


def _one_comma(number: str, decimal_mark: str) -> tuple[str | None, str]:
    if decimal_mark == "." and _GROUPS.fullmatch(number):
        return number.replace(",", ""), "value.thousands_mark"
    if number.endswith(","):
        return None, ""
    is_open = not decimal_mark and _AMBIGUOUS.fullmatch(number)
    code = "value.ambiguous_comma" if is_open else "value.decimal_comma"
    return number.replace(",", "."), code


def _both_marks(number: str) -> tuple[str | None, str]:
    mark = max(",.", key=number.rfind)
    whole, _, decimals = number.rpartition(mark)
    if not _GROUPS.fullmatch(whole) or mark in whole:
        return None, ""
    code = "value.decimal_comma" if mark == "," else "value.thousands_mark"
    return f"{re.sub('[.,]', '', whole)}.{decimals}", code


def _with_mark(read: Typed, code: str) -> Typed:
    """Return the reading with what is to say about its comma."""
    if not code or read.number is None:
        return read
    read_as = plain(read.number)
    if code == "value.ambiguous_comma":
        remark = Remark(
            code=code,
            message=f"Does the comma mean {read_as}, or does it part thousands? Type a point, or"
            " say which decimal mark is used.",
            given=read.as_entered,
            read_as=read_as,
            hint="value.decimal_comma",
        )
        return replace(read, errors=(remark,))
    words = "a decimal comma" if code == "value.decimal_comma" else "a mark between thousands"
    remark = Remark(
        code=code,
        message=f"Read as {read_as}, with {words}.",
        given=read.as_entered,
        read_as=read_as,
        hint=code,
    )
    return replace(read, warnings=(remark,))


def _refused(typed: str, code: str, message: str) -> Typed:
    remark = Remark(code=code, message=message, given=shown(typed))
    return Typed(as_entered=shown(typed), errors=(remark,))
