"""A number somebody determined, with its error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A number somebody determined, with one standard deviation.

    from_labelling says that it comes from an isotope label, so that roots lost in washing are
    already part of it.
    """

    value: float
    uncertainty: float
    from_labelling: bool = False
