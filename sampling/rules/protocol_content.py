"""What a protocol version must say before anybody samples by it.

The content is one JSON object. Blocks, all required unless marked (null or left out):

depth_layers   [{id, upper_depth_cm, lower_depth_cm}] from the surface down, without overlap
gaps           [{upper_depth_cm, lower_depth_cm, reason}] every depth between or above the layers
               that is left out on purpose (may be left out when there is none)
at_refusal     what to do when the corer stops (optional)
core           {corer, inner_diameter_cm, is_compaction_measured}
positions      [{id, position, area_weight}] weights sum to 1; distances optional
replicates     {cores_per_position, cores_composited}
root_handling  {storage, extraction, sieve_meshes_mm, living_dead, extraneous_matter_method, ...}
drying         {temperature_c, hours, is_to_constant_mass}
milling        {mill, mesh_mm} (optional)
imaging        {scanner, resolution_dpi, software, software_version, diameter_limits_mm} (optional)
labelling      {isotope, tracer, dose, dose_unit, is_kept_apart} (optional)
analytes       [{id, analyte, method, unit, decimals, plausible, hard, is_required, of}]
quality_control [{kind, every, acceptance: {measure, limit}}]
questions      [{id, label, type, is_required, ...}] of the field form; ids are never used again
estimators     names of the methods that may estimate from these samples
identity, scope, note: about the document itself (optional)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sampling.rules.operations import Problem
from sampling.rules.protocol_cross_checks import cross_checks
from sampling.rules.shapes import (
    boolean,
    identifier,
    list_of,
    nullable,
    number,
    one_of,
    record,
    text,
    whole_number,
)

POSITIONS = ("row", "mid_row", "plant", "tree_distance", "random", "unknown")
QUESTION_TYPES = (
    "text",
    "number",
    "whole_number",
    "choice",
    "date",
    "boolean",
    "photo",
    "position",
)
ISOTOPES = ("13C", "14C", "15N", "2H", "18O")

_DEPTH_CM = number(lowest=0, highest=2000)
_LENGTH_MM = number(above=0, highest=1000)
_RANGE = record({"minimum": number(), "maximum": number()})

_LAYER = record({"id": identifier(), "upper_depth_cm": _DEPTH_CM, "lower_depth_cm": _DEPTH_CM})

_GAP = record({"upper_depth_cm": _DEPTH_CM, "lower_depth_cm": _DEPTH_CM, "reason": text()})

_CORE = record(
    {
        "corer": text(at_most=120),
        "inner_diameter_cm": number(above=0, highest=100),
        "is_compaction_measured": boolean(),
    }
)

_POSITION = record(
    {"id": identifier(), "position": one_of(*POSITIONS), "area_weight": number(above=0, highest=1)},
    {
        "distance_to_row_cm": number(lowest=0, highest=1000),
        "distance_to_tree_m": number(lowest=0, highest=1000),
    },
)

_REPLICATES = record(
    {
        "cores_per_position": whole_number(lowest=1, highest=1000),
        "cores_composited": whole_number(lowest=1, highest=1000),
    }
)

_ROOT_HANDLING = record(
    {
        "storage": one_of("cooled", "frozen", "dried", "none"),
        "extraction": one_of("elutriation", "washed_by_hand", "dry_picking"),
        "sieve_meshes_mm": list_of(_LENGTH_MM, at_least=1),
        "living_dead": one_of("separated", "pooled", "living_only"),
        "extraneous_matter_method": one_of("picked", "ash", "isotope", "assumed", "none"),
    },
    {
        "storage_max_days": whole_number(lowest=0, highest=3650),
        "soaking": text(),
        "picking_time_min": nullable(number(above=0, highest=1440)),
        "diameter_limits_mm": list_of(_LENGTH_MM),
        "fragments": text(),
        "is_weed_separated": boolean(),
    },
)

_DRYING = record(
    {
        "temperature_c": number(lowest=20, highest=120),
        "hours": number(above=0, highest=1000),
        "is_to_constant_mass": boolean(),
    }
)

_MILLING = record({"mill": text(at_most=120), "mesh_mm": _LENGTH_MM})

_IMAGING = record(
    {
        "scanner": text(at_most=120),
        "resolution_dpi": whole_number(lowest=50, highest=10_000),
        "software": text(at_most=120),
        "software_version": text(at_most=40),
        "diameter_limits_mm": list_of(_LENGTH_MM, at_least=1),
    },
    {"settings_sha256": text(at_most=64)},
)

_LABELLING = record(
    {
        "isotope": one_of(*ISOTOPES),
        "tracer": text(at_most=120),
        "dose": number(above=0),
        "dose_unit": text(at_most=24),
        "is_kept_apart": boolean(),
    },
    {"pulses": text(), "chase_days": number(lowest=0, highest=3650)},
)

_ANALYTE = record(
    {
        "id": identifier(),
        "analyte": text(at_most=80),
        "method": text(at_most=120),
        "unit": text(at_most=24),
        "decimals": whole_number(lowest=0, highest=10),
        "plausible": _RANGE,
        "hard": _RANGE,
        "is_required": boolean(),
        "of": one_of("root_fraction", "core_segment", "soil_core", "plot", "specimen"),
    },
    {"lod": number(lowest=0), "loq": number(lowest=0)},
)

_ACCEPTANCE = record(
    {
        "measure": one_of("maximum", "bias_percent", "rsd_percent", "difference_percent", "sd"),
        "limit": number(above=0),
    }
)

_QUALITY_CONTROL = record(
    {
        "kind": one_of("blank", "reference_material", "duplicate", "reweigh", "anchor"),
        "every": whole_number(lowest=1, highest=10_000),
        "acceptance": _ACCEPTANCE,
    },
    {"note": text()},
)

_CHOICE = record({"id": identifier(), "label": text(at_most=200)})

_QUESTION = record(
    {
        "id": identifier(),
        "label": text(at_most=500),
        "type": one_of(*QUESTION_TYPES),
        "is_required": boolean(),
    },
    {
        "hint": text(may_be_blank=True),
        "unit": text(at_most=24),
        "minimum": number(),
        "maximum": number(),
        "choices": list_of(_CHOICE, at_least=2, key="id"),
        "record_type": identifier(),
        "field": identifier(),
    },
)

_IDENTITY = record(
    {},
    {
        "title": text(at_most=200),
        "languages": list_of(text(at_most=12)),
        "licence": text(at_most=80),
        "authors": list_of(record({"name": text()}, {"orcid": text(at_most=40)})),
        "doi": text(at_most=200),
    },
)

_SCOPE = record(
    {},
    {
        "land_uses": list_of(one_of("cropland", "grassland", "agroforestry")),
        "crops": list_of(text(at_most=120)),
        "first_growth_stage_bbch": whole_number(lowest=0, highest=99),
        "last_growth_stage_bbch": whole_number(lowest=0, highest=99),
    },
)

_CONTENT = record(
    {
        "depth_layers": list_of(_LAYER, at_least=1, key="id"),
        "core": _CORE,
        "positions": list_of(_POSITION, at_least=1, key="id"),
        "replicates": _REPLICATES,
        "root_handling": _ROOT_HANDLING,
        "drying": _DRYING,
        "analytes": list_of(_ANALYTE, key="id"),
        "quality_control": list_of(_QUALITY_CONTROL, key="kind"),
        "questions": list_of(_QUESTION, key="id"),
        "estimators": list_of(identifier(), at_least=1),
    },
    {
        "gaps": list_of(_GAP),
        "at_refusal": text(),
        "milling": nullable(_MILLING),
        "imaging": nullable(_IMAGING),
        "labelling": nullable(_LABELLING),
        "identity": _IDENTITY,
        "scope": _SCOPE,
        "note": text(may_be_blank=True, at_most=20_000),
    },
)


def content_problems(content: Any) -> list[Problem]:
    """Return everything wrong with a protocol's content, by pointer; nothing for a good one.

    Rules between values are looked at in the blocks whose own shape is right.
    """
    found = list(_CONTENT(content, ""))
    if isinstance(content, dict):
        wrong = {problem.pointer.split("/")[1] for problem in found if problem.pointer}
        wrong |= {"depth_layers"} if "gaps" in wrong else set()
        sound = {name: block for name, block in content.items() if name not in wrong}
        found += cross_checks(sound)
    return sorted(found, key=lambda problem: (problem.pointer, problem.code))


def reused_question_ids(
    earlier: Mapping[str, Any], content: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a problem for each question that kept its id and changed what it means.

    An id stands for one question for ever: another type or unit needs another id.
    """
    known = {question["id"]: question for question in earlier.get("questions", [])}
    for place, question in enumerate(content.get("questions", [])):
        former = known.get(question["id"])
        if former is None:
            continue
        for member in ("type", "unit"):
            if former.get(member) != question.get(member):
                yield Problem(
                    pointer=f"/questions/{place}/{member}",
                    code="id-reused",
                    detail=f"{question['id']} had another {member} before; use another id.",
                )
