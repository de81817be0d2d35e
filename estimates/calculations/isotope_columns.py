"""Columns that several calculations on isotopes share, and how a row names its scale."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from estimates.calculations.declaration import Column, Row
from estimates.calculations.problems import BadCell
from estimates.science.errors import ScienceError
from estimates.science.findings import Finding
from estimates.science.isotopes.scales import (
    DEFAULT_STANDARD,
    SCALES,
    Isotope,
    Scale,
    Standard,
    check_scale,
    standard_named,
    standard_of_ratio,
)

ISOTOPE = Column(
    name="isotope",
    meaning="13C or 15N; also --set isotope=",
    kind="text",
    is_required=False,
    choices=("13C", "15N"),
    aliases=("element",),
)
SCALE = Column(
    name="scale",
    meaning="scale of the delta values, needed for 13C: VPDB or VPDB-LSVEC; also --set scale=",
    kind="text",
    is_required=False,
    choices=("VPDB", "VPDB-LSVEC", "air-N2"),
)
STANDARD = Column(
    name="standard",
    meaning="standard whose ratio is taken; blank: VPDB 0.0111802 for 13C, air-N2 1/272 for 15N",
    kind="text",
    is_required=False,
    choices=("VPDB", "air-N2", "PDB-legacy"),
)
STANDARD_RATIO = Column(
    name="standard_ratio",
    meaning="ratio of heavy to light atoms of the standard, instead of its name",
    is_required=False,
    lower=1e-6,
    upper=1,
    aliases=("r_std", "r_standard"),
)
ALLOW_LEGACY = Column(
    name="allow_legacy",
    meaning="allow the superseded ratio 0.0112372, to read figures that were made with it",
    kind="flag",
    is_required=False,
    default=0,
)
FINDING_COLUMNS = (
    Column(name="findings", meaning="codes of what is doubtful", kind="text"),
    Column(name="finding_sentences", meaning="the same as sentences", kind="text"),
)


def isotope_of(row: Row, options: Row) -> Isotope:
    """Return the isotope of a row or of the options, else that of its scale or of its headers."""
    told = row.optional_text("isotope") or options.optional_text("isotope")
    scale = scale_named(row, options)
    if told is None and scale is not None:
        told = "15N" if scale == "air-N2" else "13C"
    named = [each for each in SCALES if any(each in header.upper() for header in row.cells)]
    if told is None and len(named) == 1:
        told = named[0]
    if told is None:
        raise BadCell("Say 13C or 15N.", column="isotope", code="missing_value")
    if len(named) == 1 and named[0] != told:
        text = f"The headers are of {named[0]}, the isotope or its scale of {told}."
        raise BadCell(text, column="isotope", code="mixed_scales")
    return cast("Isotope", told)


def scale_named(row: Row, options: Row) -> str | None:
    """Return the scale a row or the options name."""
    return row.optional_text("scale") or options.optional_text("scale")


def scale_of(row: Row, options: Row) -> Scale:
    """Return the scale; refused in its column when a 13C value names none."""
    try:
        return check_scale(isotope_of(row, options), scale_named(row, options))
    except BadCell:
        raise
    except ScienceError as error:
        hint = "" if scale_named(row, options) else " Fill the column scale, or --set scale=VPDB."
        raise BadCell(f"{error}{hint}", column="scale", code=error.code) from None


def standard_of(row: Row, options: Row) -> Standard:
    """Return the standard of a row, by ratio, by name or the one of its isotope."""
    isotope = isotope_of(row, options)
    allows = options.flag("allow_legacy")
    ratio = row.optional_number("standard_ratio") or options.optional_number("standard_ratio")
    name = row.optional_text("standard") or options.optional_text("standard")
    try:
        if ratio is not None:
            return standard_of_ratio(isotope, ratio, allows_legacy=allows)
        standard = (
            DEFAULT_STANDARD[isotope]
            if name is None
            else standard_named(name, allows_legacy=allows)
        )
    except ScienceError as error:
        raise BadCell(str(error), column="standard", code=error.code) from None
    if standard.isotope != isotope:
        text = f"{standard.name} is no standard of {isotope}."
        raise BadCell(text, column="standard", code="mixed_scales")
    return standard


def finding_cells(findings: Iterable[Finding]) -> dict[str, str | None]:
    """Return findings as the two cells of FINDING_COLUMNS; blank where there is none."""
    told = list(findings)
    return {
        "findings": "; ".join(finding.code for finding in told) or None,
        "finding_sentences": " ".join(finding.message for finding in told) or None,
    }
