"""Stands and allocations for tests of the yield methods."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from estimates.science.allometry.methods import bind
from estimates.science.allometry.stands import YieldStand
from estimates.science.parameters import ParameterSet, load_parameter_set

PARAMETER_FILE = (
    Path(__file__).parents[3] / "estimates" / "parameter_sets" / "yield_allometry_2026_1.json"
)
KG_HA_PER_G_M2 = 10.0


@cache
def yield_parameters() -> ParameterSet:
    """Return the parameter set that ships with the project."""
    return load_parameter_set(PARAMETER_FILE.read_text(encoding="utf-8"))


def bound(method, **stand):
    """Return a stand under a method."""
    return bind(method, YieldStand(**stand), yield_parameters())


def allocated(method, **stand):
    """Return the allocation of a stand with every input at its published value."""
    return bound(method, **stand).published()


def kg_ha(c_g_m2) -> float | None:
    """Return C in kg per ha from an array of one in g per m2; None where a method has none."""
    return None if c_g_m2 is None else float(c_g_m2[0]) * KG_HA_PER_G_M2
