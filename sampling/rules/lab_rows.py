"""One row of a bulk entry: its shape, and what it says once its variable is known.

Blank keeps what is there, {"clear": true} takes a draft away. Every fault of a row is found, not
the first one only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sampling.rules.lab_states import REASONS as AMEND_REASONS
from sampling.rules.remarks import Remark
from sampling.rules.values import REASONS as MISSING_REASONS
from sampling.rules.values import Typed, read_typed, shown

FIELDS: Final = (
    "ref",
    "specimen",
    "variable",
    "value",
    "unit",
    "replicate_no",
    "purpose",
    "reason",
    "note",
    "flag",
    "result",
    "version",
    "amend_reason",
    "amend_text",
    "decimal_mark",
)
IDENTITY: Final = frozenset({"ref", "specimen", "variable", "replicate_no", "purpose", "result"})
AMENDABLE: Final = frozenset(FIELDS) - IDENTITY
LONGEST: Final = {
    "ref": 120,
    "specimen": 80,
    "variable": 80,
    "unit": 40,
    "result": 40,
    "note": 2000,
    "amend_text": 2000,
}
NO_RESULT: Final = "none"  # what a row names as `result` whose sender saw an empty cell
MOST_REPLICATES: Final = 999
NEVER_RESULTS: Final = frozenset(
    {"blank", "check", "drift", "empty", "linearity", "reference", "reserved", "scale", "standard"}
)

_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_]{0,23}")
_FLAG: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_UNSTORABLE: Final = re.compile(r"[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as sent; `number` counts from 1, `errors` are the faults of its shape.

    `result` and `version` say which stored result the person saw when they typed.
    """

    number: int
    ref: str | None
    specimen: str
    variable: str
    typed: Typed
    unit: str = ""
    is_clear: bool = False
    replicate_no: int = 1
    purpose: str = "result"
    reason: str = ""
    note: str = ""
    flags: tuple[str, ...] = ()
    result: str = ""
    version: int | None = None
    amend_reason: str = ""
    amend_text: str = ""
    errors: tuple[Remark, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether the row leaves what is there as it is: a blank value and no reason."""
        return self.typed.is_blank and not self.reason and not self.is_clear


class _Reader:
    """Takes the members of one row apart and gathers what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.errors: list[Remark] = []

    def refuse(self, field: str, code: str, message: str) -> None:
        """Note a fault of a member."""
        given = self.raw.get(field)
        self.errors.append(
            Remark(
                code=code,
                field=shown(field),
                message=message,
                given=None if given is None else shown(given),
            )
        )

    def text(self, field: str, *, is_required: bool = False) -> str:
        """Return a text; an absent or blank one is empty."""
        given = self.raw.get(field)
        if isinstance(given, int | Decimal) and not isinstance(given, bool) and field == "ref":
            given = str(given)
        if given is not None and not isinstance(given, str):
            self.refuse(field, f"{field}.not_text", "Give a text.")
            return ""
        text = (given or "").strip()
        if is_required and not text:
            self.refuse(field, f"{field}.missing", f"Name the {field}.")
        if len(text) > LONGEST[field]:
            self.refuse(field, f"{field}.too_long", f"At most {LONGEST[field]} characters.")
            return ""
        if _UNSTORABLE.search(text):
            self.refuse(field, f"{field}.not_text", "This text holds characters that are no text.")
            return ""
        return text

    def word(self, field: str, *, default: str, fits: Callable[[str], Any], message: str) -> str:
        """Return a word that fits, or the default for an absent or blank one."""
        given = self.raw.get(field)
        if given is None or given == "":
            return default
        if isinstance(given, str) and fits(given):
            return given
        self.refuse(field, f"{field}.unknown", message)
        return default

    def whole(self, field: str, *, default: int | None, most: int) -> int | None:
        """Return a whole number from 1 on; digits as text are read as well."""
        given = self.raw.get(field)
        if given is None or given == "":
            return default
        if isinstance(given, str) and re.fullmatch(r"[0-9]{1,9}", given.strip()):
            given = int(given)
        if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most:
            return given
        self.refuse(field, f"{field}.out_of_range", f"Give a whole number from 1 to {most}.")
        return default

    def flags(self) -> tuple[str, ...]:
        """Return the flags, given as one word or as a list of words."""
        given = self.raw.get("flag")
        if given is None or given == "":
            return ()
        words = given if isinstance(given, list) else [given]
        if len(words) <= 20 and all(isinstance(w, str) and _FLAG.fullmatch(w) for w in words):
            return tuple(dict.fromkeys(words))
        self.refuse("flag", "flag.unknown", "A flag is a short word in small letters.")
        return ()

    def value(self) -> tuple[Typed, bool]:
        """Return how the value is read, and whether it is asked to be cleared."""
        given = self.raw.get("value")
        if isinstance(given, dict) and given == {"clear": True}:
            return Typed(as_entered="", is_blank=True), True
        if isinstance(given, str) and _UNSTORABLE.search(given):
            given = shown(given)
        mark = self.word(
            "decimal_mark", default="", fits=(",", ".").__contains__, message="Give , or a point."
        )
        return read_typed(given, decimal_mark=mark), False


def read_row(raw: object, *, number: int) -> Row:
    """Return a row as far as it can be read without knowing what is stored."""
    if not isinstance(raw, Mapping):
        remark = Remark(code="row.not_an_object", field="", message="A row is an object.")
        typed = Typed(as_entered="", is_blank=True)
        return Row(number=number, ref=None, specimen="", variable="", typed=typed, errors=(remark,))
    reader = _Reader(raw)
    for name in raw:
        if name not in FIELDS:
            reader.refuse(name, "row.unknown_field", "A row has no such member.")
    typed, is_clear = reader.value()
    reason = _reason(reader, typed)
    return Row(
        number=number,
        ref=reader.text("ref") or None,
        specimen=reader.text("specimen", is_required=True),
        variable=reader.text("variable", is_required=True),
        typed=typed,
        unit=reader.text("unit"),
        is_clear=is_clear,
        replicate_no=reader.whole("replicate_no", default=1, most=MOST_REPLICATES) or 1,
        purpose=_purpose(reader),
        reason=reason,
        note=reader.text("note"),
        flags=reader.flags(),
        result=reader.text("result").lower(),
        version=reader.whole("version", default=None, most=2**31 - 1),
        amend_reason=reader.word(
            "amend_reason",
            default="",
            fits=AMEND_REASONS.__contains__,
            message=f"Give one of: {', '.join(AMEND_REASONS)}.",
        ),
        amend_text=reader.text("amend_text"),
        errors=(*reader.errors, *typed.errors),
    )


def _reason(reader: _Reader, typed: Typed) -> str:
    """Return why there is no value, from the row or the cell itself."""
    codes = ", ".join(dict.fromkeys(MISSING_REASONS.values()))
    given = reader.word(
        "reason",
        default="",
        fits=frozenset(MISSING_REASONS.values()).__contains__,
        message=f"Give one of: {codes}.",
    )
    if given and (typed.number is not None or typed.below or typed.reason not in {"", given}):
        reader.refuse("reason", "reason.with_value", "A result is a value or a reason for none.")
    if typed.needs_reason and not reader.raw.get("reason"):
        reader.refuse("reason", "reason.missing", f"Say why there is no value: {codes}.")
    return given or typed.reason


def _purpose(reader: _Reader) -> str:
    """Return the purpose; what is made to check an instrument is nobody's result."""
    purpose = reader.word(
        "purpose",
        default="result",
        fits=_PURPOSE.fullmatch,
        message="A purpose is a short word in small letters.",
    )
    if purpose in NEVER_RESULTS:
        reader.refuse(
            "purpose",
            "purpose.not_a_specimen",
            "Blanks and standards are never results of specimens.",
        )
    return purpose


def as_sent(row: Row) -> dict[str, Any]:
    """Return the row as it can be read again, for one that waits for its specimen."""
    sent = {
        "ref": row.ref,
        "specimen": row.specimen,
        "variable": row.variable,
        "value": {"clear": True} if row.is_clear else row.typed.as_entered,
        "unit": row.unit,
        "replicate_no": row.replicate_no,
        "purpose": row.purpose,
        "reason": row.reason,
        "note": row.note,
        "flag": list(row.flags),
        "result": row.result,
        "version": row.version,
        "amend_reason": row.amend_reason,
        "amend_text": row.amend_text,
    }
    return {name: value for name, value in sent.items() if value not in (None, "", [])}
