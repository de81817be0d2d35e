"""What is to say about a row somebody entered: an error that refuses it, or a warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

# The closed list of codes. What is before the point is the member of the row it is about.
CODES: Final[dict[str, str]] = {
    "row.not_an_object": "A row is an object.",
    "row.unknown_field": "A row has no such member.",
    "row.duplicate": "An earlier row of the same body gives this result as well.",
    "batch.all_or_nothing": "Another row was refused, and all rows were to be taken or none.",
    "ref.not_text": "The reference is a text.",
    "ref.too_long": "The reference is too long.",
    "specimen.missing": "The row names no specimen.",
    "specimen.not_text": "The specimen is named by its code or id.",
    "specimen.too_long": "No specimen has so long a name.",
    "specimen.unknown": "The project has no such specimen.",
    "specimen.mistyped": "The check character of the specimen code does not fit.",
    "specimen.ambiguous": "Several specimens bear this code.",
    "specimen.voided": "The specimen was withdrawn.",
    "specimen.awaited": "The code was given out; the specimen has not come from the field yet.",
    "variable.missing": "The row names no variable.",
    "variable.not_text": "The variable is named by its code or id.",
    "variable.too_long": "No variable has so long a name.",
    "variable.unknown": "The project has no such variable.",
    "variable.not_lab": "The variable is measured in the field.",
    "value.not_a_number": "The value cannot be read as a number.",
    "value.not_finite": "NaN and infinity are not results.",
    "value.range": "A range is not one number.",
    "value.too_long": "The text is longer than what is kept.",
    "value.too_large": "The number is larger than what is kept.",
    "value.too_small": "The number is smaller than what is kept.",
    "value.rounded": "The number has more decimals than are kept.",
    "value.ambiguous_comma": "The comma may be a decimal comma or part thousands.",
    "value.decimal_comma": "The comma was read as a decimal comma.",
    "value.thousands_mark": "A mark was read as parting thousands.",
    "value.no_limit": "Nothing was detected, but the variable names no limit.",
    "value.hard_range": "The value is impossible for this variable.",
    "value.plausible_range": "The value is unusual for this variable.",
    "unit.not_text": "The unit is a text.",
    "unit.too_long": "No unit is so long.",
    "unit.assumed": "No unit was given; that of the variable is assumed.",
    "unit.unknown": "The unit is not known here.",
    "unit.mismatch": "The unit measures something else.",
    "unit.contradiction": "The cell and the row name two units.",
    "replicate_no.out_of_range": "Replicates count from 1.",
    "version.out_of_range": "Versions count from 1.",
    "purpose.unknown": "The purpose is not a short word in small letters.",
    "purpose.not_a_specimen": "Blanks and standards are never results of specimens.",
    "reason.unknown": "The reason for no value is not on the list.",
    "reason.missing": "There is no value and no reason why.",
    "reason.with_value": "A result is a value or a reason for none, not both.",
    "note.not_text": "The note is a text.",
    "note.too_long": "The note is too long.",
    "flag.unknown": "A flag is a short word in small letters.",
    "decimal_mark.unknown": "The decimal mark is a comma or a point.",
    "amend_reason.unknown": "The reason for the amendment is not on the list.",
    "amend_reason.missing": "What was submitted is amended with a reason.",
    "amend_text.not_text": "The text of the amendment is a text.",
    "amend_text.too_long": "The text of the amendment is too long.",
    "result.not_text": "A result is named by its id.",
    "result.too_long": "A result is named by its id.",
    "result.exists": "There is another result already.",
    "result.version_moved": "The result changed since it was looked at.",
    "result.not_a_draft": "Only a draft can be cleared.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about one member of a row, with a code of the closed list.

    `given` is what was typed, `read_as` how it was understood, `limits` what it should lie
    between; `hint` is the code of what is the likely cause. KeyError for a code not listed.
    """

    code: str
    message: str = ""
    field: str = "value"
    given: str | None = None
    read_as: str | None = None
    limits: tuple[str | None, str | None] | None = None
    unit: str | None = None
    hint: str | None = None

    def __post_init__(self) -> None:
        meaning = CODES[self.code]
        if not self.message:
            object.__setattr__(self, "message", meaning)

    def as_wire(self) -> dict[str, Any]:
        """Return the remark as it is answered; every member is always there."""
        limits = (
            None if self.limits is None else dict(zip(("min", "max"), self.limits, strict=True))
        )
        return {
            "code": self.code,
            "field": self.field,
            "given": self.given,
            "read_as": self.read_as,
            "limits": limits,
            "unit": self.unit,
            "message": self.message,
            "hint": self.hint,
        }
