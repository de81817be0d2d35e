"""C or N that labelled roots left in soil."""

from __future__ import annotations

from typing import cast

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.isotope_columns import (
    ALLOW_LEGACY,
    FINDING_COLUMNS,
    ISOTOPE,
    SCALE,
    STANDARD,
    STANDARD_RATIO,
    finding_cells,
    scale_of,
    standard_of,
)
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.science.isotopes.labelling import (
    Background,
    BackgroundKind,
    LabelledPlot,
    LabelType,
    check_counted_once,
    rhizodeposition,
    share_of_plant,
)
from estimates.science.isotopes.scales import (
    DEFAULT_STANDARD,
    AtomFraction,
    Standard,
    atom_fraction,
)

# natural 15N is 0.0037 of N, natural 13C 0.0111 of C
BETWEEN_N_AND_C = 0.007

PARTS = {
    "soil": ("labelled soil", ("x_soil",), ("x_soil_pct", "x_soil_percent")),
    "soil_background": (
        "unlabelled soil of the same layer",
        ("x_soil_0", "background", "x_soil_background"),
        ("x_soil_0_pct", "background_pct", "background_percent"),
    ),
    "root": ("labelled root", ("x_root",), ("x_root_pct", "x_root_percent")),
    "root_background": (
        "unlabelled root",
        ("x_root_0", "x_root_background"),
        ("x_root_0_pct", "root_background_pct", "root_background_percent"),
    ),
}


def _columns_of(part: str) -> tuple[Column, ...]:
    meaning, aliases, percent = PARTS[part]
    percents = ((f"{part}_atom_percent", 0.01), *((name, 0.01) for name in percent))
    return (
        Column(
            name=f"{part}_atom_fraction",
            meaning=f"atom fraction of the {meaning}",
            is_required=False,
            lower=0,
            upper=1,
            aliases=aliases,
            converted=percents,
        ),
        Column(
            name=f"{part}_delta_permil",
            meaning=f"delta value of the {meaning}, instead",
            unit="permil",
            is_required=False,
            lower=-999.999,
            aliases=(f"delta_{part}", f"d_{part}"),
        ),
        Column(
            name=f"u_{part}",
            meaning="its standard uncertainty: an atom fraction, or permil with a delta value",
            is_required=False,
            lower=0,
            aliases=(f"u_x_{part}", f"u_delta_{part}"),
            converted=((f"u_{part}_atom_percent", 0.01), (f"u_{part}_pct", 0.01)),
        ),
    )


def _fraction(row: Row, part: str, standard: Standard) -> AtomFraction:
    fraction, delta = f"{part}_atom_fraction", f"{part}_delta_permil"
    if row.has(fraction, delta):
        raise BadCell(f"Give {fraction} or {delta}, not both.", column=delta, code="value_twice")
    u = row.optional_number(f"u_{part}")
    if row.has(delta):
        return atom_fraction(row.number(delta), standard=standard, uncertainty_permil=u)
    return AtomFraction(value=row.number(fraction), standard=standard, uncertainty=u)


def _standard(row: Row, options: Row) -> Standard:
    """Return the standard of a row; atom fractions of unlabelled soil tell their isotope."""
    if any(row.has(f"{part}_delta_permil") for part in PARTS):
        scale_of(row, options)  # a delta value of 13C names its scale
        return standard_of(row, options)
    told = row.has("isotope") or options.has("isotope")
    if told or not row.has("soil_background_atom_fraction"):
        return standard_of(row, options)
    is_nitrogen = row.number("soil_background_atom_fraction") < BETWEEN_N_AND_C
    return DEFAULT_STANDARD["15N" if is_nitrogen else "13C"]


def _deposit(row: Row, options: Row) -> Cells:
    standard = _standard(row, options)
    check_counted_once("labelling", washing_loss=row.number("washing_loss"))
    found = rhizodeposition(
        LabelledPlot(**{part: _fraction(row, part, standard) for part in PARTS}),
        soil_stock=row.number("soil_stock"),
        label=cast("LabelType", row.text("label")),
        background=Background(
            kind=cast("BackgroundKind", row.text("background_kind")),
            is_same_layer=row.flag("background_same_layer"),
        ),
        is_legume=row.flag("is_legume"),
    )
    plant, root = row.optional_number("plant_amount"), row.optional_number("root_amount")
    return {
        "isotope_used": standard.isotope,
        "share_of_soil": found.share,
        "u_share_of_soil": found.uncertainty,
        "amount": found.amount,
        "u_amount": found.amount_uncertainty,
        "detection_share": found.detection_share,
        "detection_amount": found.detection_amount,
        "is_detected": found.is_detected,
        "share_of_plant": None
        if plant is None
        else share_of_plant(found.amount, plant_amount=plant),
        "ratio_to_root": found.amount / root if root else None,
        **finding_cells(found.findings),
    }


def _choice(name: str, meaning: str, choices: tuple[str, ...], default: str) -> Column:
    return Column(
        name=name,
        meaning=meaning,
        kind="text",
        is_required=False,
        choices=choices,
        default=default,
    )


def _flag(name: str, meaning: str, default: int) -> Column:
    return Column(name=name, meaning=meaning, kind="flag", is_required=False, default=default)


def _amount(name: str, meaning: str, aliases: tuple[str, ...]) -> Column:
    return Column(
        name=name,
        meaning=meaning,
        unit="unit of soil_stock",
        is_required=name == "soil_stock",
        lower=0,
        aliases=aliases,
    )


CALCULATION = Calculation(
    name="rhizodeposition",
    summary="C or N that labelled roots left in soil, with its detection limit.",
    formula=(
        "f = (x_soil - x_soil,0) / (x_root - x_root,0) of atom fractions; amount = f x stock; "
        "detection limit 3 u(x_soil,0) / (x_root - x_root,0); share of plant = amount / (amount + "
        "plant)"
    ),
    sources=(
        Source(text="Janzen & Bruinsma 1989", doi="10.1016/0038-0717(89)90094-1"),
        Source(text="Schmidtke 2005, background of legumes, Soil Biol. Biochem. 37:1893"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a plot and layer: atom fractions, or delta values with their scale",
            columns=(
                ISOTOPE,
                SCALE,
                STANDARD,
                STANDARD_RATIO,
                *(column for part in PARTS for column in _columns_of(part)),
                _amount(
                    "soil_stock",
                    "C or N of the soil layer per area, such as kg ha-1",
                    ("soil_n_kg_ha", "soil_c_kg_ha", "soil_n", "soil_c", "stock", "soc"),
                ),
                _amount(
                    "plant_amount",
                    "C or N of the whole plant, for its share",
                    ("plant_n", "plant_c"),
                ),
                _amount("root_amount", "C or N of the recovered roots, for the ratio", ()),
                _choice(
                    "label",
                    "how the label was given",
                    ("pulse", "repeated", "continuous", "leaf_feed", "stem_feed"),
                    "repeated",
                ),
                _choice(
                    "background_kind",
                    "what grew on the soil compared with",
                    (
                        "unlabelled_same_species",
                        "non_nodulating",
                        "unlabelled_other_species",
                        "unplanted",
                    ),
                    "unlabelled_same_species",
                ),
                _flag("background_same_layer", "the background is of the same layer", 1),
                _flag("is_legume", "the plant fixes N: its 15N background must be its own", 0),
                Column(
                    name="washing_loss",
                    meaning="loss assumed for washed roots; must be 0, this method counts them",
                    unit="g g-1",
                    is_required=False,
                    lower=0,
                    upper=0.999,
                    default=0.0,
                ),
            ),
        ),
    ),
    options=(ISOTOPE, SCALE, STANDARD, STANDARD_RATIO, ALLOW_LEGACY),
    outputs=(
        Column(name="isotope_used", meaning="isotope traced", kind="text"),
        Column(name="share_of_soil", meaning="share of soil C or N from rhizodeposition"),
        Column(name="u_share_of_soil", meaning="its standard uncertainty, from those given"),
        Column(name="amount", meaning="the amount it is", unit="unit of soil_stock"),
        Column(name="u_amount", meaning="its standard uncertainty", unit="unit of soil_stock"),
        Column(name="detection_share", meaning="smallest share seen; needs u_soil_background"),
        Column(name="detection_amount", meaning="the same", unit="unit of soil_stock"),
        Column(name="is_detected", meaning="the share lies above it", kind="flag"),
        Column(name="share_of_plant", meaning="amount over amount + plant (Ndfr, Cdfr)"),
        Column(name="ratio_to_root", meaning="amount over recovered root"),
        *FINDING_COLUMNS,
    ),
    function=EachRow(
        _deposit,
        columns={
            "counted_twice": "washing_loss",
        },
    ),
)
