"""Doubts about values that are possible: what is unusual, and how unusual.

Impossible values are errors; a finding lets the value stand and says what to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["warn", "confirm"]  # confirm: a person has to say that it is so


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One doubt about a value: a stable code, how grave it is and a sentence."""

    code: str
    level: Level
    message: str
