"""Columns and conversions the calculations of soil organic carbon share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from estimates.calculations.declaration import Column, Given, Row, Source
from estimates.calculations.problems import BadCell
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.rothc_moisture import (
    MoistureLimits,
    WaterProperties,
    classic_limits,
    water_limits,
)
from estimates.science.soc.rothc_rates import Weather
from estimates.science.soc.streams import MONTHS, by_column, by_step
from estimates.science.soc.weather import pan_from_pet, thornthwaite_pet_mm

ROTHC_SOURCES = (
    Source(
        text="Coleman & Jenkinson 1996; the month step of RothC-26.3, 1.0.0 and 2.0.0",
        doi="10.1007/978-3-642-61094-3_17",
    ),
    Source(
        text="Moisture options 2 and 3: Farina et al. 2013", doi="10.1016/j.geoderma.2013.01.021"
    ),
    Source(text="Thornthwaite 1948, where evaporation is missing", doi="10.2307/210739"),
)
ROTHC_FORMULA = (
    "C_i exp(-a b c k_i / 12); losses x 0.46 and 0.54 / (x + 1) to BIO and HUM, x = 1.67 (1.85 + "
    "1.60 exp(-0.0786 clay)); then inputs"
)

MOST_WATER_MM = 10_000.0  # no month on Earth had more rain
FORCING_COLUMNS = (
    Column(name="temp_c", meaning="mean air temperature of the month", unit="degC", lower=-90,
           upper=60, aliases=("tmp", "temp")),
    Column(name="rain_mm", meaning="rain of the month", unit="mm", lower=0, upper=MOST_WATER_MM,
           aliases=("rain",)),
    Column(name="pan_evap_mm", meaning="open-pan evaporation; blank: from pet_mm / 0.75, else by "
           "Thornthwaite from temp_c and the option latitude_deg", unit="mm", is_required=False,
           lower=-100, upper=MOST_WATER_MM, aliases=("evap", "evap_mm")),
    Column(name="pet_mm", meaning="potential evapotranspiration", unit="mm", is_required=False,
           lower=-100, upper=MOST_WATER_MM, aliases=("pet",)),
    Column(name="c_input_t_ha", meaning="plant C of the month; 0 where none comes",
           unit="t ha-1", lower=0, aliases=("c_inp",)),
    Column(name="fym_t_ha", meaning="farmyard manure C of the month", unit="t ha-1", lower=0,
           is_required=False, default=0.0, aliases=("fym",)),
    Column(name="plant_cover", meaning="1 where plants cover the soil, else 0", kind="flag",
           aliases=("pc",)),
    Column(name="dpm_rpm", meaning="DPM over RPM of plant C: 1.44 crops, 0.67 unimproved grass, "
           "0.25 woodland", is_required=False, lower=0, default=1.44),
)  # fmt: skip
SOIL_COLUMNS = (
    Column(name="clay_pct", meaning="clay", unit="%", lower=0, upper=100, aliases=("clay",)),
    Column(name="depth_cm", meaning="depth of the topsoil", unit="cm", lower=0.1,
           is_required=False, default=23.0, aliases=("depth",)),
    Column(name="iom_t_ha", meaning="inert C", unit="t ha-1", lower=0, aliases=("iom",)),
)  # fmt: skip
MOISTURE_COLUMNS = (
    Column(name="opt_rmmoist", meaning="1 classic limits; 2 from texture, may dry to 1,000 bar; "
           "3 from texture, classic shape", kind="whole", lower=1, upper=3, is_required=False,
           default=1),
    Column(name="opt_smdbare", meaning="1 bare soil dries less; 2 bare soil dries to 15 bar",
           kind="whole", lower=1, upper=2, is_required=False, default=1),
    Column(name="min_rm_moist", meaning="least moisture modifier", lower=0, upper=1,
           is_required=False, default=0.2),
    Column(name="silt_pct", meaning="silt, for options 2 and 3", unit="%", lower=0, upper=100,
           is_required=False),
    Column(name="bulk_density", meaning="bulk density, for options 2 and 3", unit="g cm-3",
           lower=0.1, upper=2.7, is_required=False, aliases=("bulk_density_g_cm3",)),
    Column(name="oc_pct", meaning="organic C, for options 2 and 3", unit="%", lower=0.01,
           upper=60, is_required=False),
)  # fmt: skip
LATITUDE = Column(
    name="latitude_deg",
    meaning="latitude of the site, to estimate evaporation where it is missing",
    unit="degrees",
    is_required=False,
    lower=-90,
    upper=90,
)
POOL_OUTPUTS = tuple(
    Column(name=pool, meaning=f"C in {pool.upper()}", unit="t ha-1")
    for pool in ("dpm", "rpm", "bio", "hum")
)


def series(rows: Sequence[Row], name: str) -> FloatArray:
    """Return a column as (rows, 1, 1)."""
    return by_step([row.number(name) for row in rows])


def check_months(rows: Sequence[Row]) -> None:
    """Raise BadCell where a row is not the month after the row before it."""
    for before, row in pairwise(rows):
        if row.has("month") and before.has("month"):
            passed = row.whole("month") - before.whole("month")
            if row.has("year") and before.has("year"):
                passed += MONTHS * (row.whole("year") - before.whole("year"))
                follows = passed == 1
            else:
                follows = passed % MONTHS == 1
            if not follows:
                raise BadCell(
                    f"Line {row.line} is not the month after line {before.line}: months follow "
                    "each other without a gap.",
                    column="month",
                    code="wrong_order",
                )


def weather_of(rows: Sequence[Row], options: Row) -> Weather:
    """Return the weather of consecutive months.

    Evaporation is open-pan evaporation where it is given, else PET / 0.75, else by Thornthwaite.
    """
    temp = series(rows, "temp_c")
    if all(row.has("pan_evap_mm") for row in rows):
        pan = series(rows, "pan_evap_mm")
    elif all(row.has("pet_mm") for row in rows):
        pan = pan_from_pet(series(rows, "pet_mm"))
    elif not any(row.has("pan_evap_mm") or row.has("pet_mm") for row in rows):
        if not options.has("latitude_deg"):
            raise BadCell(
                "Evaporation is missing: give pan_evap_mm or pet_mm, or the latitude to estimate "
                "it from temperature (--set latitude_deg=51.8).",
                column="pan_evap_mm",
                code="missing_value",
            )
        pet = thornthwaite_pet_mm(temp, latitude_deg=options.number("latitude_deg"))
        pan = pan_from_pet(pet)
    else:
        raise BadCell(
            "Evaporation is given for some months only; fill the gaps or leave the column out.",
            column="pan_evap_mm",
            code="missing_value",
        )
    return Weather(temp_c=temp, rain_mm=series(rows, "rain_mm"), pan_evap_mm=pan)


def limits_of(site: Row) -> MoistureLimits:
    """Return the moisture limits of a soil by the options of its row."""
    clay, depth = by_column(site.number("clay_pct")), by_column(site.number("depth_cm"))
    to_wilting, least = site.whole("opt_smdbare") == 2, site.number("min_rm_moist")
    if site.whole("opt_rmmoist") == 1:
        return classic_limits(clay, depth, bare_to_wilting=to_wilting, least_rate=least)
    return water_limits(
        clay,
        depth,
        WaterProperties(
            silt_pct=by_column(site.number("silt_pct")),
            bulk_density_g_cm3=by_column(site.number("bulk_density")),
            organic_carbon_pct=by_column(site.number("oc_pct")),
        ),
        may_dry_below=site.whole("opt_rmmoist") == 2,
        bare_to_wilting=to_wilting,
        least_rate=least,
    )


def site_named(name: str | None, given: Given, *, key: str) -> Row:
    """Return the row of the table site that belongs to some rows of the table in.

    By name where the rows have one, by the option of that name, by what the file is called
    before its first point, or the only row there is.
    """
    sites = given.rows("site")
    by_name = {row.values[key]: row for row in sites}
    called = given.file_names.get("in", "").split(".")[0]
    for wanted in (name, given.options.values.get(key)):
        if wanted is not None:
            if wanted not in by_name:
                raise BadCell(
                    f"The table site has no {key} {wanted!r}; it has "
                    f"{', '.join(str(known) for known in by_name)}.",
                    column=key,
                    code="unknown_site",
                )
            return by_name[wanted]
    if len(sites) == 1:
        return sites[0]
    if called in by_name:
        return by_name[called]
    raise BadCell(
        f"The table site has {len(sites)} rows and nothing says which is meant: name it with "
        f"--set {key}=..., in a column {key} of the table in, or as the name of its file.",
        column=key,
        code="unknown_site",
    )
