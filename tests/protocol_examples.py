"""The content of a protocol version that no rule objects to."""

from __future__ import annotations

import copy
from typing import Any

_CONTENT: dict[str, Any] = {
    "depth_layers": [
        {"id": "topsoil", "upper_depth_cm": 0, "lower_depth_cm": 30},
        {"id": "subsoil", "upper_depth_cm": 30, "lower_depth_cm": 60},
    ],
    "gaps": [],
    "core": {"corer": "root auger", "inner_diameter_cm": 8.0, "is_compaction_measured": True},
    "positions": [
        {"id": "row", "position": "row", "area_weight": 0.4},
        {"id": "mid-row", "position": "mid_row", "area_weight": 0.6},
    ],
    "replicates": {"cores_per_position": 2, "cores_composited": 1},
    "root_handling": {
        "storage": "cooled",
        "storage_max_days": 14,
        "extraction": "elutriation",
        "sieve_meshes_mm": [2, 0.5],
        "picking_time_min": 120,
        "living_dead": "separated",
        "diameter_limits_mm": [0.5, 2],
        "extraneous_matter_method": "picked",
    },
    "drying": {"temperature_c": 60, "hours": 48, "is_to_constant_mass": True},
    "milling": {"mill": "ball mill", "mesh_mm": 0.5},
    "imaging": None,
    "labelling": None,
    "analytes": [
        {
            "id": "root-c",
            "analyte": "C",
            "method": "dry-combustion",
            "unit": "g/kg",
            "decimals": 1,
            "plausible": {"minimum": 300, "maximum": 480},
            "hard": {"minimum": 0, "maximum": 1000},
            "is_required": True,
            "of": "root_fraction",
        }
    ],
    "quality_control": [
        {"kind": "blank", "every": 20, "acceptance": {"measure": "maximum", "limit": 0.01}},
        {
            "kind": "reference_material",
            "every": 10,
            "acceptance": {"measure": "bias_percent", "limit": 3},
        },
    ],
    "questions": [
        {
            "id": "stones",
            "label": "Stones hit",
            "type": "choice",
            "is_required": False,
            "choices": [{"id": "none", "label": "none"}, {"id": "some", "label": "some"}],
        },
        {
            "id": "soil-water",
            "label": "Soil water",
            "type": "number",
            "is_required": False,
            "unit": "%",
            "minimum": 0,
            "maximum": 100,
        },
    ],
    "estimators": ["measured_cores"],
}


def protocol_content(**changes: Any) -> dict[str, Any]:
    """Return the content with some of its blocks replaced."""
    return {**copy.deepcopy(_CONTENT), **changes}
