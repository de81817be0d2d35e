"""From washed and dried sample to clean root."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.calculations.uncertainty import propagated, uncertainty_columns
from estimates.science.cleaning import clean_root_mass, soil_share, soil_share_from_carbon

SHARE = "g g-1"

WASHED_MASS = Column(
    name="washed_mass_g",
    meaning="oven-dry mass of the washed sample",
    unit="g",
    lower=0,
    aliases=("m_w", "m", "washed_mass", "dry_mass_g", "mass_g", "root_mass_g", "clean_mass_g"),
    converted=(("washed_mass_mg", 0.001),),
)
CLEANING_COLUMNS = (
    WASHED_MASS,
    Column(
        name="processed_share",
        meaning="fraction of the core (or slurry) that was washed",
        unit=SHARE,
        is_required=False,
        lower=1e-6,
        upper=1,
        default=1.0,
        aliases=("phi", "subsample_share", "fraction_processed"),
        converted=(("processed_pct", 0.01),),
    ),
    Column(
        name="ash_sample",
        meaning="ash of the washed sample, for adhering soil by ash",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        aliases=("a_s", "ash", "ash_g_per_g", "sample_ash", "ash_of_sample"),
        converted=(("ash_pct", 0.01), ("ash_g_kg", 0.001), ("ash_sample_pct", 0.01)),
    ),
    Column(
        name="ash_root",
        meaning="ash of clean root; an assumption where not determined",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        default=0.06,
        aliases=("a_r", "root_ash", "ash_of_root"),
        converted=(("ash_root_pct", 0.01),),
    ),
    Column(
        name="ash_soil",
        meaning="ash of the soil; an assumption where not determined",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        default=0.94,
        aliases=("a_soil", "soil_ash", "ash_of_soil"),
        converted=(("ash_soil_pct", 0.01),),
    ),
    Column(
        name="carbon_sample",
        meaning="C of the washed sample, for adhering soil by C (calcareous soil) and for route B",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        aliases=("c_s", "carbon_of_sample", "sample_carbon"),
        converted=(("carbon_sample_pct", 0.01), ("carbon_sample_g_kg", 0.001)),
    ),
    Column(
        name="carbon_root",
        meaning="C of clean root, for adhering soil by C and for route A",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        aliases=("c_r", "c", "c_c", "carbon_of_root", "root_carbon", "carbon_of_clean_root"),
        converted=(("carbon_root_pct", 0.01), ("carbon_root_g_kg", 0.001)),
    ),
    Column(
        name="carbon_soil",
        meaning="C of the soil, for adhering soil by C and for route B",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        aliases=("c_soil", "carbon_of_soil", "soil_carbon"),
        converted=(("carbon_soil_pct", 0.01), ("carbon_soil_g_kg", 0.001)),
    ),
    Column(
        name="soil_share",
        meaning="mass share of adhering soil, where known without ash or C",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=1,
        aliases=("s",),
        converted=(("soil_share_pct", 0.01),),
    ),
    Column(
        name="extraneous_share",
        meaning="extraneous organic matter in the soil-free mass; blank takes none off",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=0.999,
        default=0.0,
        aliases=("e", "eom", "eom_share", "extraneous"),
        converted=(("extraneous_pct", 0.01), ("eom_pct", 0.01)),
    ),
    Column(
        name="washing_loss",
        meaning="root lost in washing, storage and through the sieve; blank adds none",
        unit=SHARE,
        is_required=False,
        lower=0,
        upper=0.999,
        default=0.0,
        aliases=("lambda", "washing_loss_share", "loss"),
        converted=(("washing_loss_pct", 0.01),),
    ),
)
CLEANING_FORMULA = (
    "m = m_w / phi x (1 - s) x (1 - e) / (1 - lambda); s = (a_s - a_r) / (a_soil - a_r) by ash, "
    "(C_r - C_s) / (C_r - C_soil) by carbon"
)
CLEANING_OPTION = Column(
    name="soil_by",
    meaning="what tells adhering soil: auto takes soil_share where given, else ash, else carbon",
    kind="text",
    is_required=False,
    choices=("auto", "share", "ash", "carbon", "none"),
    default="auto",
)
HIRTE_2017 = Source(
    text="Hirte et al. 2017, Front. Plant Sci. 8:284: 60 % of washed mass was maize root",
    doi="10.3389/fpls.2017.00284",
)


def soil_share_in(row: Row, soil_by: str) -> tuple[float, str]:
    """Return the share of adhering soil of a row and what told it."""
    way = soil_by if soil_by != "auto" else _way(row)
    if way == "share":
        return row.number("soil_share"), way
    if way == "ash":
        if row.number("ash_sample") > row.number("ash_soil"):
            raise _more_soil_than_soil(row, "ash_sample", "ash_soil", "more ash")
        share = soil_share(
            row.number("ash_sample"),
            ash_of_root=row.number("ash_root"),
            ash_of_soil=row.number("ash_soil"),
        )
        return float(share), way
    if way == "carbon":
        if row.number("carbon_sample") < row.number("carbon_soil"):
            raise _more_soil_than_soil(row, "carbon_sample", "carbon_soil", "less C")
        by_carbon = soil_share_from_carbon(
            row.number("carbon_sample"),
            carbon_of_root=row.number("carbon_root"),
            carbon_of_soil=row.number("carbon_soil"),
        )
        return float(by_carbon), way
    return 0.0, "none"


def clean_mass(row: Row, options: Row) -> tuple[float, float, str]:
    """Return g of clean root in the core, the share of soil and what told it."""
    share, way = soil_share_in(row, options.text("soil_by"))
    mass_g = clean_root_mass(
        row.number("washed_mass_g"),
        processed_share=row.number("processed_share"),
        soil_share=share,
        extraneous_share=row.number("extraneous_share"),
        washing_loss=row.number("washing_loss"),
    )
    return mass_g, share, way


def _way(row: Row) -> str:
    if row.has("soil_share"):
        return "share"
    if row.has("ash_sample"):
        return "ash"
    if row.has("carbon_sample", "carbon_root", "carbon_soil"):
        return "carbon"
    return "none"


def _more_soil_than_soil(row: Row, sample: str, soil: str, what: str) -> BadCell:
    text = f"The sample holds {what} than soil itself: {sample} {row.number(sample):g}, {soil} "
    return BadCell(f"{text}{row.number(soil):g} g per g.", column=sample, code="impossible_layer")


def _clean(row: Row, options: Row) -> Cells:
    if options.text("soil_by") == "auto" and _way(row) == "none":
        raise BadCell(
            "Nothing tells the adhering soil: give soil_share, ash_sample or the three C "
            "concentrations; --set soil_by=none says that there is none.",
            column="ash_sample",
            code="not_enough_data",
        )
    mass_g, share, way = clean_mass(row, options)
    return {
        "soil_share_used": share,
        "soil_share_by": way,
        "clean_root_mass_g": mass_g,
        "u_clean_root_mass_g": propagated(lambda at: clean_mass(at, options)[0], row),
    }


ALL_COLUMNS = (*CLEANING_COLUMNS, *uncertainty_columns(CLEANING_COLUMNS))

CALCULATION = Calculation(
    name="clean-root",
    summary="Clean root mass from the washed, dried sample: soil, other matter and losses.",
    formula=CLEANING_FORMULA,
    sources=(HIRTE_2017,),
    tables=(Table(name="in", meaning="one row a washed sample", columns=ALL_COLUMNS),),
    options=(CLEANING_OPTION,),
    outputs=(
        Column(name="soil_share_used", meaning="mass share of adhering soil", unit=SHARE),
        Column(name="soil_share_by", meaning="what told it", kind="text"),
        Column(name="clean_root_mass_g", meaning="clean root of the whole core", unit="g"),
        Column(
            name="u_clean_root_mass_g",
            meaning="its standard uncertainty, first order, from those given",
            unit="g",
        ),
    ),
    function=EachRow(_clean),
)
