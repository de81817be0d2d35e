"""What a row says about its variable: the number in the variable's unit, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sampling.rules.lab_rows import Row
from sampling.rules.remarks import Remark
from sampling.rules.units import UnitsUnlike, convert, find_unit
from sampling.rules.values import DECIMALS, LONGEST_TEXT, WHOLE_DIGITS, plain

UNITLESS: Final = frozenset({"1", "[pH]"})
OUT_OF_PLAUSIBLE: Final = "out_of_plausible_range"
_SMALLEST: Final = Decimal(1).scaleb(-DECIMALS)

Range = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableFacts:
    """What a variable asks of its values: unit, limits of the method, both ranges."""

    unit: str
    lod: Decimal | None = None
    loq: Decimal | None = None
    plausible: Range = (None, None)
    hard: Range = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result as it is stored: number, limit with its censoring, or reason for neither."""

    value: Decimal | None = None
    censoring: str = "none"
    limit: Decimal | None = None
    unit: str
    reason: str = ""
    as_entered: str = ""
    flags: tuple[str, ...] = ()
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def read_as(self) -> str:
        """How the result reads: `12.4`, `<0.05`, or its reason."""
        if self.limit is not None:
            return f"{'<' if self.censoring == 'lt' else '>'}{plain(self.limit)}"
        return self.reason if self.value is None else plain(self.value)


class _Judge:
    """Goes through one row with the facts of its variable and gathers remarks."""

    def __init__(self, row: Row, facts: VariableFacts) -> None:
        self.row = row
        self.facts = facts
        self.typed = row.typed
        self.errors: list[Remark] = []
        self.warnings: list[Remark] = list(row.typed.warnings)

    def unit_words(self) -> str:
        """Return the unit as written, in its own member or after the number."""
        written, after = self.row.unit, self.typed.unit
        if written and after and _unit(written) != _unit(after):
            self.errors.append(
                Remark(
                    code="unit.contradiction",
                    field="unit",
                    given=written,
                    read_as=after,
                    unit=self.facts.unit,
                    message=f"The cell says {after}, the row says {written}.",
                )
            )
        return after or written

    def converted(self, number: Decimal) -> Decimal | None:
        """Return the number in the unit of the variable, or None when it has none."""
        words, wanted = self.unit_words(), self.facts.unit
        if not words and find_unit(wanted) in UNITLESS:
            return number
        if not words:
            self.warnings.append(
                self.remark("unit.assumed", f"No unit was given; {wanted} is assumed.")
            )
            return number
        if words == wanted:
            return number
        unit, own = find_unit(words), find_unit(wanted)
        if unit is None:
            self.errors.append(self.remark("unit.unknown", f"{words} is not a unit known here."))
            return None
        if own is None:
            self.errors.append(self.remark("unit.mismatch", f"This is measured in {wanted}."))
            return None
        try:
            return convert(number, from_unit=unit, to_unit=own)
        except UnitsUnlike as error:
            self.errors.append(self.remark("unit.mismatch", error.detail))
            return None

    def remark(self, code: str, message: str) -> Remark:
        """Return a remark about the unit."""
        words = self.typed.unit or self.row.unit
        return Remark(
            code=code, field="unit", given=words or None, unit=self.facts.unit, message=message
        )

    def stored(self, number: Decimal) -> Decimal | None:
        """Return the number with the decimals that are kept, or None when it does not fit."""
        if number and number.adjusted() >= WHOLE_DIGITS:
            self.errors.append(self.of_value("value.too_large", "This is too large to be kept."))
            return None
        kept = number.quantize(_SMALLEST)
        if kept == number:
            return kept
        if not kept:
            self.errors.append(self.of_value("value.too_small", "This is too small to be kept."))
            return None
        self.warnings.append(
            self.of_value("value.rounded", f"{DECIMALS} decimals are kept.", read_as=plain(kept))
        )
        return kept

    def of_value(
        self, code: str, message: str, *, read_as: str | None = None, limits: Range | None = None
    ) -> Remark:
        """Return a remark about the value."""
        hints = [warning.hint for warning in self.typed.warnings]
        return Remark(
            code=code,
            message=message,
            given=self.typed.as_entered,
            read_as=read_as,
            limits=limits and (_text(limits[0]), _text(limits[1])),
            unit=self.facts.unit,
            hint=hints[0] if hints else None,
        )

    def own_limit(self) -> Decimal | None:
        """Return the limit of the variable that stands for `nd`, or None when it names none."""
        limit = self.facts.lod if self.typed.below == "lod" else self.facts.loq
        if limit is None:
            self.errors.append(
                self.of_value(
                    "value.no_limit",
                    f"The variable names no {self.typed.below}; type < and the limit.",
                )
            )
        return limit

    def number(self) -> Decimal | None:
        """Return the number or limit in the variable's unit, or None with the fault noted."""
        if self.typed.below:
            return self.own_limit()
        if self.typed.number is None:
            return None
        converted = self.converted(self.typed.number)
        return None if converted is None else self.stored(converted)

    def check_ranges(self, number: Decimal) -> tuple[str, ...]:
        """Note where the number lies, and return the flags it gets."""
        read_as = plain(number)
        if not _possible(number, self.typed.censoring, self.facts.hard):
            self.errors.append(
                self.of_value(
                    "value.hard_range",
                    "This value is impossible.",
                    read_as=read_as,
                    limits=self.facts.hard,
                )
            )
        elif not _possible(number, self.typed.censoring, self.facts.plausible):
            self.warnings.append(
                self.of_value(
                    "value.plausible_range",
                    "This value is unusual; look again.",
                    read_as=read_as,
                    limits=self.facts.plausible,
                )
            )
            return (OUT_OF_PLAUSIBLE,)
        return ()

    def as_entered(self) -> str:
        """Return the cell as typed, with the unit when it stood beside it and was another one."""
        typed, unit = self.typed.as_entered.strip(), self.row.unit
        if self.typed.number is None or self.typed.unit or unit in {"", self.facts.unit}:
            return typed
        return f"{typed} {unit}"[:LONGEST_TEXT]


def judge_row(row: Row, facts: VariableFacts) -> Result:
    """Return what is to be stored for a row, with every error and warning about its value."""
    judge = _Judge(row, facts)
    number = judge.number()
    flags = () if number is None else judge.check_ranges(number)
    is_limit = row.typed.censoring != "none"
    return Result(
        value=None if is_limit else number,
        censoring="none" if number is None else row.typed.censoring,
        limit=number if is_limit else None,
        unit=facts.unit,
        reason=row.reason,
        as_entered=judge.as_entered(),
        flags=tuple(dict.fromkeys((*row.flags, *flags))),
        errors=tuple(judge.errors),
        warnings=tuple(judge.warnings),
    )


def _possible(number: Decimal, censoring: str, allowed: Range) -> bool:
    """Return whether a value, or one beyond a limit, may lie in a range."""
    low, high = allowed
    under = low is not None and (number <= low if censoring == "lt" else number < low)
    over = high is not None and (number >= high if censoring == "gt" else number > high)
    return not (under or over)


def _unit(words: str) -> str:
    return find_unit(words) or words


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
