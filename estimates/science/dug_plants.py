"""Crowns and taproots dug out plant by plant, beside the cores and never in them as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import (
    Array,
    Distribution,
    PositiveRows,
    lognormal_by_moments,
)
from estimates.science.errors import CountedTwice
from estimates.science.inputs import Options, Plot
from estimates.science.parameters import ParameterSet
from estimates.science.plant_mass import mass_by_density
from estimates.science.results import Note


@dataclass(frozen=True, kw_only=True)
class DugRows:
    """Mass per area of each part in g per m2, and the shared input its C is drawn from."""

    masses: PositiveRows
    carbon: tuple[str, ...]

    def draw(self, normals: Array, shared: Mapping[str, Array]) -> Array | None:
        """Return C in g per m2, from a copy of the normals; None where nothing was dug out."""
        if not len(self.masses):
            return None
        masses = self.masses.fill(normals.copy())
        total: Array = sum(
            (mass * shared[name] for mass, name in zip(masses, self.carbon, strict=True)),
            np.zeros(1),
        )
        return total


@dataclass(frozen=True, kw_only=True)
class DugPlants:
    """What the dug parts of a plot add: rows to draw, shared inputs, and notes."""

    rows: DugRows
    shared: Mapping[str, Distribution]
    notes: tuple[Note, ...]


def dug_plants(plot: Plot, *, parameters: ParameterSet, options: Options) -> DugPlants:
    """Return the parts of plants dug out on the plot.

    Raises CountedTwice when the cores count such parts too, and as `mass_by_density` does.
    """
    _check_counted_once(plot, options)
    means, errors, keys = [], [], []
    shared: dict[str, Distribution] = {}
    notes = []
    group = plot.stands[0].plant_group
    for part in plot.dug:
        found = mass_by_density(
            part.masses_g,
            plants_per_m2=part.plants_per_m2.value,
            density_sd=part.plants_per_m2.uncertainty,
        )
        means.append(found.mass_g_m2)
        errors.append(found.standard_error or 0.0)
        key = f"carbon.clean_root.{group}"
        if part.carbon is not None:
            key = f"carbon_of_{part.part}"
            shared[key] = lognormal_by_moments(mean=part.carbon.value, sd=part.carbon.uncertainty)
        else:
            shared[key] = parameters.number(key).distribution
        keys.append(key)
        text = (
            f"{part.part.capitalize()}s: {found.mass_g_m2:.3g} g per m2, from {found.plants} plants"
            f" and {part.plants_per_m2.value:g} plants per m2."
        )
        notes.append(Note(code="dug_by_plant", message=text))
        if found.standard_error is None:
            text = f"One {part.part} only: how plants differ is not in the interval."
            notes.append(Note(code="single_plant", message=text))
    rows = DugRows(
        masses=PositiveRows(mean=np.array(means, dtype=float), sd=np.array(errors, dtype=float)),
        carbon=tuple(keys),
    )
    return DugPlants(rows=rows, shared=shared, notes=tuple(notes))


def _check_counted_once(plot: Plot, options: Options) -> None:
    dug = {part.part for part in plot.dug}
    for core in plot.cores:
        for root in core.layers:
            part = "taproot" if root.is_taproot else root.kind
            if part in dug and root.kind in options.kinds:
                raise CountedTwice(
                    f"Core {core.key} counts a {part}, and {part}s were dug out by plant: leave "
                    "them out of the cores."
                )
