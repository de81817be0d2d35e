"""Delta values to atom fractions, and back."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.isotope_columns import (
    ALLOW_LEGACY,
    ISOTOPE,
    SCALE,
    STANDARD,
    STANDARD_RATIO,
    scale_of,
    standard_of,
)
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.science.isotopes.scales import AtomFraction, Standard, atom_fraction

ATOM_PERCENT = 100.0


def _given(row: Row, prefix: str, standard: Standard) -> AtomFraction | None:
    """Return a delta value or an atom fraction of a row; None when it has neither."""
    delta, fraction = f"{prefix}delta_permil", f"{prefix}atom_fraction"
    if row.has(delta, fraction):
        text = f"Give {delta} or {fraction}, not both."
        raise BadCell(text, column=delta, code="value_twice")
    if row.has(delta):
        u = row.optional_number("u_delta_permil") if prefix == "" else None
        return atom_fraction(row.number(delta), standard=standard, uncertainty_permil=u)
    if row.has(fraction):
        u = row.optional_number("u_atom_fraction") if prefix == "" else None
        return AtomFraction(value=row.number(fraction), standard=standard, uncertainty=u)
    return None


def _convert(row: Row, options: Row) -> Cells:
    scale, standard = scale_of(row, options), standard_of(row, options)
    found = _given(row, "", standard)
    background = _given(row, "background_", standard)
    if found is None:
        text = "Give delta_permil, or atom_fraction to convert back."
        raise BadCell(text, column="delta_permil", code="missing_value")
    return {
        "delta_permil": row.number("delta_permil")
        if row.has("delta_permil")
        else found.delta_permil,
        "u_delta_permil": found.delta_uncertainty_permil,
        "ratio": found.ratio,
        "atom_fraction": found.value,
        "u_atom_fraction": found.uncertainty,
        "atom_percent": found.value * ATOM_PERCENT,
        "excess_atom_fraction": None if background is None else found.value - background.value,
        "excess_atom_percent": None
        if background is None
        else (found.value - background.value) * ATOM_PERCENT,
        "scale_used": scale,
        "standard_used": standard.name,
        "standard_ratio_used": standard.ratio,
        "is_legacy": standard.is_legacy,
    }


DELTA_ALIASES = ("delta", "d13c", "d15n", "delta13c", "delta15n", "delta13c_permil")
COLUMNS = (
    ISOTOPE,
    SCALE,
    STANDARD,
    STANDARD_RATIO,
    Column(
        name="delta_permil",
        meaning="delta value to turn into an atom fraction",
        unit="permil",
        is_required=False,
        lower=-999.999,
        aliases=(*DELTA_ALIASES, "delta15n_permil", "d13c_permil", "d15n_permil"),
    ),
    Column(
        name="u_delta_permil",
        meaning="its standard uncertainty",
        unit="permil",
        is_required=False,
        lower=0,
    ),
    Column(
        name="atom_fraction",
        meaning="fraction of heavy atoms to turn into a delta value, instead",
        is_required=False,
        lower=0,
        upper=1,
        aliases=("x",),
        converted=(("atom_percent", 0.01), ("x_percent", 0.01), ("atom_pct", 0.01)),
    ),
    Column(
        name="u_atom_fraction",
        meaning="its standard uncertainty",
        is_required=False,
        lower=0,
        converted=(("u_atom_percent", 0.01),),
    ),
    Column(
        name="background_delta_permil",
        meaning="delta value of the unlabelled background, for the excess",
        unit="permil",
        is_required=False,
        lower=-999.999,
        aliases=("background_delta",),
    ),
    Column(
        name="background_atom_fraction",
        meaning="atom fraction of the background, instead",
        is_required=False,
        lower=0,
        upper=1,
        converted=(("background_atom_percent", 0.01),),
    ),
)

CALCULATION = Calculation(
    name="delta-to-atom",
    summary="Delta values of 13C or 15N to atom fractions and excess, and back.",
    formula="R = R_std (1 + delta / 1000); x = R / (1 + R); delta = (R / R_std - 1) 1000",
    sources=(
        Source(text="13C/12C of VPDB 0.0111802: Werner & Brand 2001", doi="10.1002/rcm.258"),
        Source(text="14N/15N of air 272 by convention: CIAAW, https://www.ciaaw.org"),
        Source(text="two scales of 13C: IAEA expert meeting 2024", doi="10.1002/rcm.10018"),
    ),
    tables=(Table(name="in", meaning="one row a value", columns=COLUMNS),),
    options=(ISOTOPE, SCALE, STANDARD, STANDARD_RATIO, ALLOW_LEGACY),
    outputs=(
        Column(name="delta_permil", meaning="delta value", unit="permil"),
        Column(name="u_delta_permil", meaning="its standard uncertainty", unit="permil"),
        Column(name="ratio", meaning="heavy over light atoms"),
        Column(name="atom_fraction", meaning="heavy over all atoms"),
        Column(name="u_atom_fraction", meaning="its standard uncertainty"),
        Column(name="atom_percent", meaning="the atom fraction", unit="%"),
        Column(name="excess_atom_fraction", meaning="atom fraction above the background"),
        Column(name="excess_atom_percent", meaning="the same", unit="%"),
        Column(name="scale_used", meaning="scale of the delta value", kind="text"),
        Column(name="standard_used", meaning="standard of the delta value", kind="text"),
        Column(name="standard_ratio_used", meaning="its heavy over light atoms"),
        Column(name="is_legacy", meaning="the ratio is superseded", kind="flag"),
    ),
    function=EachRow(_convert),
)
