"""The two ways of sampling the demo publishes: cores by depth, cores by distance to the tree."""

from __future__ import annotations

from typing import Any

ROOT_CORES = ("root-cores", "Root cores by depth", "1.0.0")
TREE_ROWS = ("tree-rows", "Root cores by distance to the tree row", "1.0.0")

_DEPTHS_CM = ((0, 10), (10, 30), (30, 50), (50, 100), (100, 200))
_TREE_DEPTHS_CM = ((0, 30), (30, 60), (60, 90), (90, 120), (120, 150))
_TREE_POSITIONS = ((0, 0.125), (1, 0.25), (2, 0.25), (3, 0.25), (4, 0.125))
"""Distance to the tree row in m and share of the half alley: the trapezoid rule over 4 m."""


def by_depth() -> dict[str, Any]:
    """Return the content of the protocol for arable land and grassland."""
    return {
        **_shared(),
        "identity": {"title": ROOT_CORES[1], "languages": ["en"], "licence": "CC BY 4.0"},
        "scope": {"land_uses": ["cropland", "grassland"]},
        "depth_layers": _layers(_DEPTHS_CM),
        "positions": [{"id": "anywhere", "position": "random", "area_weight": 1}],
    }


def by_tree_distance() -> dict[str, Any]:
    """Return the content of the protocol for cores between rows of trees."""
    return {
        **_shared(),
        "identity": {"title": TREE_ROWS[1], "languages": ["en"], "licence": "CC BY 4.0"},
        "scope": {"land_uses": ["agroforestry"]},
        "depth_layers": _layers(_TREE_DEPTHS_CM),
        "positions": [
            {
                "id": f"tree-{distance}m",
                "position": "tree_distance",
                "distance_to_tree_m": distance,
                "area_weight": weight,
            }
            for distance, weight in _TREE_POSITIONS
        ],
    }


def _layers(depths_cm: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [
        {"id": f"{upper}-{lower}-cm", "upper_depth_cm": upper, "lower_depth_cm": lower}
        for upper, lower in depths_cm
    ]


def _shared() -> dict[str, Any]:
    return {
        "gaps": [],
        "at_refusal": "Note the depth reached; a segment without a lower depth went to refusal.",
        "core": {"corer": "root auger", "inner_diameter_cm": 8, "is_compaction_measured": False},
        "replicates": {"cores_per_position": 3, "cores_composited": 1},
        "root_handling": {
            "storage": "cooled",
            "storage_max_days": 14,
            "extraction": "washed_by_hand",
            "sieve_meshes_mm": [2, 0.5],
            "living_dead": "pooled",
            "extraneous_matter_method": "assumed",
        },
        "drying": {"temperature_c": 65, "hours": 48, "is_to_constant_mass": True},
        "milling": {"mill": "ball mill", "mesh_mm": 0.5},
        "imaging": None,
        "labelling": None,
        "analytes": [_analyte("root-c", "carbon", 25, 55), _analyte("root-n", "nitrogen", 0.1, 5)],
        "quality_control": [
            {"kind": "blank", "every": 20, "acceptance": {"measure": "maximum", "limit": 0.01}},
            {
                "kind": "duplicate",
                "every": 20,
                "acceptance": {"measure": "rsd_percent", "limit": 5},
            },
        ],
        "questions": [
            {
                "id": "stones",
                "label": "Did the corer hit stones?",
                "type": "choice",
                "is_required": False,
                "choices": [{"id": "none", "label": "none"}, {"id": "some", "label": "some"}],
            }
        ],
        "estimators": ["measured_cores"],
    }


def _analyte(id_: str, analyte: str, minimum: float, maximum: float) -> dict[str, Any]:
    return {
        "id": id_,
        "analyte": analyte,
        "method": "dry combustion",
        "unit": "%",
        "decimals": 2,
        "plausible": {"minimum": minimum, "maximum": maximum},
        "hard": {"minimum": 0, "maximum": 100},
        "is_required": True,
        "of": "root_fraction",
    }
