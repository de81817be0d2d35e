"""The campaign that ships with the project; its format is described in campaign/README.md."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from rootfield.demo.tables import (
    ID_COLUMNS,
    CampaignFileError,
    CampaignTables,
    RawRow,
    build_tables,
)

CAMPAIGN = Path(__file__).parent / "campaign"

LAYER = re.compile(r"(?P<upper>\S+?)-(?P<lower>\S+)(?P<rest>.*)")
FRACTION = re.compile(r"\{([^}]*)\}")

LAYER_WORDS = {
    "cm3": "soil_volume_cm3",
    "m2": "sample_area_m2",
    "soil_g": "soil_mass_g",
    "g_cm3": "bulk_density_g_cm3",
}
FRACTION_WORDS = {
    "g": "dry_mass_raw",
    "mg_cm3": "mass_density_mg_cm3",
    "cm_cm3": "length_density_cm_cm3",
    "dead": "pct_dead_raw",
}
ANALYTE_UNITS = {
    "C": "% of dry mass",
    "N": "% of dry mass",
    "d13C": "permil vs VPDB",
    "d15N": "permil vs air",
    "organic_C": "g/100 g",
}
KINDS = {"root": "root", "fine": "fine root", "coarse": "coarse root", "rhizome": "rhizome"}
STATUSES = {"live": "live", "dead": "dead", "mixed": "live and dead"}
OUT_OF_TOLERANCE = "out of tolerance"
NEVER_REACHED = "?"

Rows = dict[str, list[RawRow]]


def read_builtin() -> CampaignTables:
    """Read the built-in campaign; raises CampaignFileError with file and line if it is damaged."""
    raw: Rows = {table: [] for table in ID_COLUMNS}
    for table in ("sites", "plots"):
        for number, cells in _lines(CAMPAIGN / f"{table}.tsv"):
            raw[table].append((number, cells))
    for path in sorted(CAMPAIGN.glob("cores-*.tsv")):
        for number, cells in _lines(path):
            layers = cells.pop("layers")
            core = cells | {"date_precision": _precision(cells["sampled_on"])}
            raw["cores"].append((number, core))
            for text in layers.split(" | "):
                _add_layer(raw, number, core, text)
    return build_tables("built in", raw)


def _lines(path: Path) -> Iterator[RawRow]:
    header: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
        elif len(cells) != len(header):
            message = f"{path.name} line {number} has {len(cells)} cells, not {len(header)}."
            raise CampaignFileError("cells_uneven", message)
        else:
            yield number, _with_source(dict(zip(header, cells, strict=True)))


def _with_source(cells: dict[str, str]) -> dict[str, str]:
    source, *licence = cells.pop("cited").split(", ")
    line = licence.pop() if licence[-1:] and licence[-1].startswith("line ") else ""
    return cells | {
        "source_id": source,
        "source_file": ", ".join(licence),
        "source_row": line.removeprefix("line "),
    }


def _precision(sampled_on: str) -> str:
    return {4: "year", 7: "month"}.get(len(sampled_on), "day")


def _add_layer(raw: Rows, number: int, core: dict[str, str], text: str) -> None:
    match = LAYER.fullmatch(text.strip())
    if not match:
        message = f"{core['core_id']} (line {number}): {text!r} does not begin with its depths."
        raise CampaignFileError("depths_missing", message)
    layer_id = f"{core['core_id']}/{match['upper']}"
    source = {name: core[name] for name in ("source_id", "source_file", "source_row")}
    words, values = _words(FRACTION.sub("", match["rest"]), number)
    layer = {
        "layer_id": layer_id,
        "core_id": core["core_id"],
        "depth_top_cm": match["upper"],
        "depth_bottom_cm": "" if match["lower"] == NEVER_REACHED else match["lower"],
        "layer_note": " ".join(words),
    }
    results = _take_results(values)
    layer |= _renamed(values, LAYER_WORDS, number)
    raw["layers"].append((number, layer | source))
    _add_results(raw, number, ("layer", layer_id), results, source)
    for fraction in FRACTION.findall(match["rest"]):
        _add_fraction(raw, number, layer_id, fraction, source)


def _add_fraction(raw: Rows, number: int, layer_id: str, text: str, source: dict[str, str]) -> None:
    words, values = _words(text, number)
    results = _take_results(values)
    sample_id = "/".join([layer_id, *words])
    sizes = [word.removesuffix("mm") for word in words if word.endswith("mm")]
    mass = values.get("g", "")
    sample = {
        "root_sample_id": sample_id,
        "layer_id": layer_id,
        "fraction": next((KINDS[word] for word in words if word in KINDS), ""),
        "status": next((STATUSES[word] for word in words if word in STATUSES), ""),
        "size_class_mm": sizes[0] if sizes else "",
        "dry_mass_g": mass if mass[:1].isdigit() else "",
    }
    sample |= _renamed(values, FRACTION_WORDS, number)
    raw["root_samples"].append((number, sample | source))
    _add_results(raw, number, ("root_sample", sample_id), results, source)


def _add_results(
    raw: Rows,
    number: int,
    subject: tuple[str, str],
    results: dict[str, str],
    source: dict[str, str],
) -> None:
    for analyte, typed in results.items():
        value = typed.removesuffix("!")
        result = {
            "lab_result_id": f"{subject[1]}/{analyte}",
            "subject_type": subject[0],
            "subject_id": subject[1],
            "analyte": analyte.replace("_", " "),
            "value_raw": value,
            "unit": ANALYTE_UNITS[analyte],
            "qc_flag": OUT_OF_TOLERANCE if typed.endswith("!") else "",
        }
        raw["lab_results"].append((number, result | source))


def _words(text: str, number: int) -> tuple[list[str], dict[str, str]]:
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise CampaignFileError("quote_open", f"line {number}: {text!r}: {error}.") from error
    words = [part for part in parts if "=" not in part]
    return words, dict(part.split("=", 1) for part in parts if "=" in part)


def _take_results(values: dict[str, str]) -> dict[str, str]:
    return {name: values.pop(name) for name in ANALYTE_UNITS if name in values}


def _renamed(values: dict[str, str], names: dict[str, str], number: int) -> dict[str, str]:
    unknown = sorted(values.keys() - names.keys())
    if unknown:
        raise CampaignFileError("word_unknown", f"line {number}: what is {', '.join(unknown)}?")
    return {names[word]: value for word, value in values.items()}
