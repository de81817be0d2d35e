"""What is to say about a row somebody entered: an error that refuses it, or a warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about one field, with a stable code from the closed list of docs/errors.md.

    `given` is what was typed, `read_as` how it was understood, `limits` what it should lie
    between; `hint` is the code of what is the likely cause.
    """

    code: str
    message: str
    field: str = "value"
    given: str | None = None
    read_as: str | None = None
    limits: tuple[str | None, str | None] | None = None
    unit: str | None = None
    hint: str | None = None

    def as_wire(self) -> dict[str, Any]:
        """Return the remark as it is answered; every member is always there."""
        limits = None if self.limits is None else dict(zip(("min", "max"), self.limits, strict=True))
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
