"""Management, soil and weather tables in the form of AMG, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estimates.calculations.declaration import Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.soc_tables import MOST_WATER_MM
from estimates.science.errors import UnknownParameter
from estimates.science.soc.amg_crops import CROPS as KNOWN_CROPS
from estimates.science.soc.amg_crops import (
    AmgAmendment,
    AmgCrop,
    CropKind,
    amendment_named,
    crop_named,
    doubts_about,
)
from estimates.science.soc.amg_inputs import CropInput, amendment_input, crop_input

EXPORTED = "Exported"
BARE_SOIL = "Bare soil"
PLACES = (1, 2, 3)
AMG_SOURCES = (
    Source(text="Clivot et al. 2019", doi="10.1016/j.envsoft.2019.04.004"),
    Source(text="AMG v2 parameter set, INRAE", doi="10.57745/MEQQIX"),
    Source(text="amendments: Levavasseur et al. 2022", doi="10.1111/sum.12856"),
)
NAMES = (
    Column(name="Trial", meaning="name of the trial", kind="text"),
    Column(name="Treatment", meaning="name of the treatment", kind="text"),
)
MANAGEMENT = Table(
    name="in",
    meaning="management: one row a crop, several in a year",
    columns=(
        *NAMES,
        Column(name="Year", meaning="year of harvest", kind="whole"),
        Column(name="Crop_type", meaning="main, cover or harvested cover crop", kind="text",
               choices=tuple(CropKind)),
        Column(name="Crop_name", meaning="name in the AMG v2 table", kind="text"),
        Column(name="Yield", meaning="harvest, or shoots of a cover crop; bare soil has none",
               unit="t ha-1", is_required=False, lower=0, upper=500),
        Column(name="Hum", meaning="moisture of the yield", unit="%", is_required=False, lower=0,
               upper=99.9, default=0.0),
        Column(name="Residues", meaning="what becomes of straw", kind="text",
               choices=("Returned", EXPORTED), is_required=False, default="Returned"),
        *(
            column
            for place in PLACES
            for column in (
                Column(name=f"EOM_name_{place}", meaning="amendment", kind="text",
                       is_required=False),
                Column(name=f"EOM_dose_{place}", meaning="its fresh mass", unit="t ha-1",
                       is_required=False, lower=0),
            )
        ),
        Column(name="Irrigation", meaning="water given", unit="mm", is_required=False, lower=0,
               upper=MOST_WATER_MM, default=0.0),
    ),
)  # fmt: skip
SOIL = Table(
    name="soil",
    meaning="one row a treatment",
    columns=(
        *NAMES,
        Column(name="Clay", meaning="clay", unit="g kg-1", lower=0, upper=1000),
        Column(name="CaCO3", meaning="carbonate", unit="g kg-1", lower=0, upper=1000),
        Column(name="pH", meaning="pH in water", lower=2, upper=12),
        Column(name="CN_ratio", meaning="C over N of the soil", lower=1, upper=60),
        Column(name="Considered_depth", meaning="depth of the SOC stock", unit="cm", lower=1),
        Column(name="Initial_SOC_stock", meaning="SOC in the first year", unit="t ha-1", lower=0),
    ),
)
CROPS = Table(
    name="plants",
    meaning="crops in place of the AMG v2 table",
    is_required=False,
    columns=(
        Column(name="Crop_type", meaning="kind", kind="text", choices=tuple(CropKind)),
        Column(name="Crop_name", meaning="name", kind="text"),
        Column(name="HI", meaning="harvest index; 0 for cover crops", lower=0, upper=1),
        Column(name="SR", meaning="shoot over root", lower=0.01),
        Column(name="Beta", meaning="share of roots below depth is beta^depth", lower=0, upper=1),
        Column(name="PSS", meaning="share of straw left when exported", lower=0, upper=1),
        Column(name="h_AG", meaning="humification of shoots", lower=0, upper=1),
        Column(name="h_BG", meaning="humification of roots", lower=0, upper=1),
        Column(name="C_conc_AG", meaning="C of shoots", unit="kg kg-1", lower=0.2, upper=0.6),
        Column(name="C_conc_BG", meaning="C of roots", unit="kg kg-1", lower=0.2, upper=0.6),
    ),
)
AMENDMENTS = Table(
    name="eom",
    meaning="amendments in place of the AMG v2 table",
    is_required=False,
    columns=(
        Column(name="EOM_name", meaning="name", kind="text"),
        Column(name="C_conc_EOM", meaning="C of fresh mass", unit="kg t-1", lower=0, upper=1000),
        Column(name="h_EOM", meaning="humification", lower=0, upper=1),
    ),
)


@dataclass(frozen=True, kw_only=True)
class YearlySupply:
    """C of one crop and its amendments, t per ha."""

    crop: CropInput
    amended: float
    amended_humified: float

    @property
    def humified(self) -> float:
        """Return all C humified."""
        return self.crop.total_humified + self.amended_humified


def soil_of(row: Row, given: Given) -> Row:
    """Return the soil of a row of management."""
    key = (row.text("Trial"), row.text("Treatment"))
    found = [
        soil for soil in given.rows("soil") if (soil.text("Trial"), soil.text("Treatment")) == key
    ]
    if len(found) != 1:
        number = "no row" if not found else f"{len(found)} rows"
        raise BadCell(
            f"The table soil has {number} for trial {key[0]!r}, treatment {key[1]!r}.",
            column="Trial",
            code="twice" if found else "unknown_site",
        )
    return found[0]


def supply_of(row: Row, given: Given, *, depth_cm: float) -> YearlySupply:
    """Return the C a crop and the amendments of its row bring."""
    crop = crop_input(
        _crop(row, given),
        yield_t_ha=_yield_of(row),
        moisture_pct=row.number("Hum"),
        exports_straw=row.text("Residues") == EXPORTED,
        depth_cm=depth_cm,
    )
    amended = humified = 0.0
    for place in PLACES:
        if row.has(f"EOM_dose_{place}") and row.number(f"EOM_dose_{place}") > 0:
            row.text(f"EOM_name_{place}")
        name = f"EOM_name_{place}"
        if row.has(name):
            carbon, kept = amendment_input(
                _amendment(row, name, given), dose_t_ha=row.number(f"EOM_dose_{place}")
            )
            amended, humified = amended + carbon, humified + kept
    return YearlySupply(crop=crop, amended=amended, amended_humified=humified)


def doubts_of(given: Given) -> list[str]:
    """Return what looks wrong with the published rows that the management table uses."""
    if given.rows("plants"):
        return []
    used = dict.fromkeys((row.text("Crop_type"), row.text("Crop_name")) for row in given.rows())
    return [
        doubt for key in used if key in KNOWN_CROPS and (doubt := doubts_about(KNOWN_CROPS[key]))
    ]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return rows by trial, treatment and year; those of a year stay as they came."""
    return sorted(
        rows, key=lambda row: (row.text("Trial"), row.text("Treatment"), row.whole("Year"))
    )


def by_treatment(rows: Sequence[Row]) -> Mapping[tuple[str, str], list[Row]]:
    """Return the rows of each trial and treatment by name, the years in order."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in in_order(rows):
        groups.setdefault((row.text("Trial"), row.text("Treatment")), []).append(row)
    return groups


def _crop(row: Row, given: Given) -> AmgCrop:
    kind, name = row.text("Crop_type"), row.text("Crop_name")
    for known in given.rows("plants"):
        if (known.text("Crop_type"), known.text("Crop_name")) == (kind, name):
            if kind != CropKind.COVER.value and not known.number("HI") > 0:
                raise BadCell(f"{name} is harvested: its HI is above 0.", column="Crop_name",
                              code="out_of_range")  # fmt: skip
            return AmgCrop(
                name=name,
                kind=CropKind(kind),
                harvest_index=known.number("HI"),
                shoot_root=known.number("SR"),
                beta=known.number("Beta"),
                straw_left_share=known.number("PSS"),
                shoot_humification=known.number("h_AG"),
                root_humification=known.number("h_BG"),
                shoot_carbon=known.number("C_conc_AG"),
                root_carbon=known.number("C_conc_BG"),
            )
    try:
        return crop_named(kind, name)
    except UnknownParameter as error:
        raise BadCell(str(error), column="Crop_name", code=error.code) from None


def _yield_of(row: Row) -> float:
    """Return the yield; only bare soil may have none, and an unknown yield is not 0."""
    if row.has("Yield") or row.text("Crop_name") != BARE_SOIL:
        return row.number("Yield")
    return 0.0


def _amendment(row: Row, column: str, given: Given) -> AmgAmendment:
    name = row.text(column)
    for known in given.rows("eom"):
        if known.text("EOM_name") == name:
            return AmgAmendment(
                name=name,
                carbon_kg_t=known.number("C_conc_EOM"),
                humification=known.number("h_EOM"),
            )
    try:
        return amendment_named(name)
    except UnknownParameter as error:
        raise BadCell(str(error), column=column, code=error.code) from None
