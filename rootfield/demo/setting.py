"""What a project sets up before sampling: sites, studies, blocks, treatments, plots, stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from rootfield.demo.records import (
    ProjectRecord,
    Wire,
    fitted,
    note_of,
    project_record,
    record_id,
    slug,
)
from rootfield.demo.rows import CoreRow, PlotRow, SiteRow
from rootfield.demo.values import positive, read_date, read_number

LAND_USES = {
    "agroforestry": ("agroforest", "silvoarable", "silvopast", "alley", "hedgerow", "orchard"),
    "grassland": ("grassland", "pasture", "meadow", "prairie", "ley", "rangeland", "steppe"),
}
CROPLAND_WORDS = ("crop", "arable", "rotation", "maize", "corn", "wheat", "barley", "field")
STAND_KINDS = {
    "cover": ("cover crop", "catch crop", "green manure", "intercrop cover"),
    "main": ("crop", "arable", "maize", "corn", "wheat", "barley", "soy", "oat", "rye", "beet"),
    "grass": ("grass", "miscanthus", "prairie", "ley", "meadow", "pasture", "clover", "alfalfa"),
    "tree": ("tree", "poplar", "willow", "oak", "walnut", "orchard", "hedge"),
}
NO_TREATMENT = ("", "none", "na", "n/a", "-")


def site_records(site: SiteRow, *, namespace: uuid.UUID) -> Iterator[ProjectRecord]:
    """Yield a site and the study that holds its treatments."""
    latitude, longitude = _coordinates(site)
    elevation = read_number(site.elevation_m)
    land_use, guess = land_use_of(site.land_use or site.production_system)
    taken = {"latitude": latitude, "longitude": longitude, "elevation_m": elevation}
    country = _country(site.country)
    remarks = [site.production_system, guess, site.coordinate_note]
    if not country and site.country.strip():
        remarks.append(f"country as typed: {site.country!r}")
    fields: dict[str, Wire] = {
        "code": fitted(site.key, 60),
        "name": fitted(site.site_name.strip() or site.key, 200),
        "country": country,
        **taken,
        "land_use": land_use,
        "note": note_of(site, *remarks, taken=taken),
    }
    yield project_record(namespace, "site", site.key, fields)
    study: dict[str, Wire] = {
        "site": _id(namespace, "site", site.key),
        "code": fitted(site.key, 60),
        "title": fitted(site.site_name.strip() or site.key, 200),
    }
    yield project_record(namespace, "study", site.key, study)


def plot_records(
    plot: PlotRow, *, site: SiteRow, cores: Sequence[CoreRow], namespace: uuid.UUID
) -> Iterator[ProjectRecord]:
    """Yield a plot after its block and treatment, then its stand and its fertiliser.

    Blocks and treatments shared by plots come once for each plot, always equal. A plot without
    a year takes that of its first core.
    """
    study_id = _id(namespace, "study", site.key)
    block, treatment = plot.block.strip(), plot.treatment.strip()
    block_id = treatment_id = None
    if block:
        key = f"{site.key}/{block}"
        block_id = _id(namespace, "block", key)
        fields: dict[str, Wire] = {"study": study_id, "code": fitted(block, 60)}
        yield project_record(namespace, "block", key, fields)
    if treatment.casefold() not in NO_TREATMENT:
        code = slug(treatment) or treatment
        key = f"{site.key}/{code}"
        treatment_id = _id(namespace, "treatment", key)
        fields = {
            "study": study_id,
            "code": fitted(code, 80),
            "name": fitted(treatment, 200),
            "is_control": "control" in code,
        }
        yield project_record(namespace, "treatment", key, fields)
    season = _season(plot, cores)
    remarks = [plot.plot_note, _nitrogen_remark(plot)]
    if _bare_ground(plot) or season is None:
        remarks.append(plot.crop)
    if season is None or str(season) != plot.year.strip():
        remarks.append(f"year as typed: {plot.year!r}")
    fields = {
        "study": study_id,
        "block": block_id,
        "treatment": treatment_id,
        "code": fitted(plot.key, 80),
        "note": note_of(plot, *remarks),
    }
    yield project_record(namespace, "plot", plot.key, fields)
    yield from _stand_and_fertiliser(plot, season=season, namespace=namespace)


def land_use_of(words: str) -> tuple[str, str]:
    """Return cropland, grassland or agroforestry, and a remark where that is a guess."""
    text = words.casefold()
    if any(word in text for word in LAND_USES["agroforestry"]):
        return "agroforestry", ""
    if any(word in text for word in CROPLAND_WORDS):
        remark = "" if slug(text) == "cropland" else f"land use as typed: {words!r}"
        return "cropland", remark
    if any(word in text for word in LAND_USES["grassland"]):
        remark = "" if slug(text) == "grassland" else f"land use as typed: {words!r}"
        return "grassland", remark
    return "cropland", f"land use as typed: {words!r}, cropland assumed"


def stand_kind(crop: str) -> str:
    """Return main, cover, grass or tree from the words for a crop; main when they say nothing."""
    text = crop.casefold()
    for kind, words in STAND_KINDS.items():
        if any(word in text for word in words):
            return kind
    return "main"


def _stand_and_fertiliser(
    plot: PlotRow, *, season: int | None, namespace: uuid.UUID
) -> Iterator[ProjectRecord]:
    plot_id = _id(namespace, "plot", plot.key)
    if season is not None and plot.crop.strip() and not _bare_ground(plot):
        stand: dict[str, Wire] = {
            "plot": plot_id,
            "season": season,
            "species": fitted(plot.crop.strip(), 120),
            "kind": stand_kind(plot.crop),
        }
        yield project_record(namespace, "crop_stand", plot.key, stand)
    nitrogen = positive(plot.n_fertiliser_kg_ha)
    if nitrogen is not None:
        event: dict[str, Wire] = {
            "plot": plot_id,
            "kind": "fertiliser",
            "happened_on": None if season is None else f"{season}-01-01",
            "date_precision": "unknown" if season is None else "year",
            "nitrogen_kg_ha": nitrogen,
            "note": plot.plot_note.strip(),
        }
        yield project_record(namespace, "management_event", f"{plot.key}/fertiliser", event)


def _season(plot: PlotRow, cores: Sequence[CoreRow]) -> int | None:
    dates = [read_date(plot.year), *(read_date(core.sampled_on) for core in cores)]
    return next((date.on.year for date in dates if date.on is not None), None)


def _nitrogen_remark(plot: PlotRow) -> str:
    typed = plot.n_fertiliser_kg_ha.strip()
    return f"N fertiliser {typed} kg/ha" if typed and positive(typed) is None else ""


def _bare_ground(plot: PlotRow) -> str:
    text = plot.crop.casefold()
    is_bare = "fallow" in text and "crop " not in text.replace("cover crop", "")
    return plot.crop.strip() if is_bare else ""


def _coordinates(site: SiteRow) -> tuple[float | None, float | None]:
    latitude, longitude = read_number(site.latitude), read_number(site.longitude)
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def _country(typed: str) -> str:
    code = typed.strip().upper()
    if code == "UK":
        return "GB"
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def _id(namespace: uuid.UUID, type_: str, key: str) -> str:
    return str(record_id(namespace, type_, key))
