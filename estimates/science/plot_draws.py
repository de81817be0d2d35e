"""The root C and C input of one plot as arrays of draws.

Every uncertain input of the plot is a row of standard normal draws, so that a row of zeros
holds it still; inputs shared by the batch come as rows of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit, ndtr

from estimates.science.cleaning import Route, soil_share, soil_share_from_carbon
from estimates.science.distributions import Array, PositiveRows
from estimates.science.dug_plants import DugRows
from estimates.science.inflows import Key, RootCarbon, component_keys, inflows
from estimates.science.inputs import Measured, Stand
from estimates.science.root_rows import RootRows
from estimates.science.shared_inputs import (
    ASH_OF_ROOT,
    ASH_OF_SOIL,
    DEPTH_MODEL,
    EXTRANEOUS,
    WASHING_LOSS,
)
from estimates.science.soil_amounts import SoilAmounts
from estimates.science.soil_by_carbon import CLEAN_ROOT_CARBON

Shared = Mapping[str, Array]

STOCK = 0
INPUT = 1
FIRST_LAYER = 2


@dataclass(frozen=True, kw_only=True)
class PlotDraws:
    """A plot ready to draw: its rows, the ground they stand for, and what they become.

    grids turn g C per root fraction into g C per m2 and depth interval, one for each source of
    C; their last row is the C of coarse roots over all depths. missing is the mean and the
    sigma of the lognormal of roots below the measured depth, per root measured.
    """

    route: Route
    rows: RootRows
    grids: tuple[Any, Any, Any]  # scipy.sparse.csr_array has no type arguments
    extraneous: Measured | None
    sampling_sigma: float
    layer_sigmas: Array
    missing: tuple[float, float] | None
    stands: tuple[Stand, ...]
    dug: DugRows
    deposited: SoilAmounts | None
    carbon_per_nitrogen: PositiveRows
    deposited_is_nitrogen: bool
    groups: Mapping[str, slice]

    @property
    def width(self) -> int:
        """Return the number of standard normal rows."""
        return max((group.stop for group in self.groups.values()), default=0)

    def nominal(self) -> Array:
        """Return the standard normal values at which every own input is at its mean."""
        value = np.zeros((self.width, 1))
        value[self.groups["mass"]] = self.rows.masses.nominal
        value[self.groups["carbon"]] = np.concatenate(
            (self.rows.determined.nominal, self.rows.plot_carbon.nominal)
        )
        value[self.groups["ash"]] = self.rows.ash.nominal
        value[self.groups["dug"]] = self.dug.masses.nominal
        if self.deposited is not None:
            for name, rows in self.deposited.nominal().items():
                value[self.groups[name]] = rows
        value[self.groups["carbon_per_nitrogen"]] = self.carbon_per_nitrogen.nominal
        value[self.groups["cores"]] = self.sampling_sigma / 2.0
        return value

    @property
    def components(self) -> tuple[Key, ...]:
        """Return what the rows after the layers are."""
        return component_keys(
            self.stands,
            has_dug=len(self.dug.masses) > 0,
            has_missing=self.missing is not None,
            has_nitrogen=len(self.carbon_per_nitrogen) > 0,
        )

    def nominal_shared(self, means: Shared) -> dict[str, Array]:
        """Return the shared inputs at which every one of them is at its mean for this plot."""
        shared = dict(means)
        if self.missing is not None:
            shared[DEPTH_MODEL] = np.array([self.missing[1] / 2.0])
        return shared

    def outputs(self, normals: Array, shared: Shared) -> Array:
        """Return rows of draws: stock, input, one row per layer, components; uses up the normals.

        g C per m2, and g C per m2 and year for the input. What was dug out by plant is in the
        stock and in the input, and in no layer.
        """
        by_interval = self._carbon_by_interval(normals, shared)
        layers, coarse = by_interval[:-1], by_interval[-1]
        spread = normals[self.groups["cores"]]
        factor = np.exp(self.sampling_sigma * spread - self.sampling_sigma**2 / 2.0)
        measured = layers.sum(axis=0) * factor[0]
        missing = self._missing(shared)
        carbon = RootCarbon(
            cored=measured * (1.0 + missing),
            coarse=coarse * factor[0] * (1.0 + missing),
            above=1.0 / (1.0 + missing),
            dug=self.dug.draw(normals[self.groups["dug"]], shared),
            **self._deposited(normals, shared),
        )
        total, lines = inflows(self.stands, self._shares(normals), carbon, shared)
        stock = carbon.cored if carbon.dug is None else carbon.cored + carbon.dug
        layers = layers * np.exp(self.layer_sigmas * spread - self.layer_sigmas**2 / 2.0)
        rows = [stock, total, *layers]
        if self.missing is not None:
            rows.append(measured * missing)
        rows += [lines[key] for key in self.components]
        return np.stack(np.broadcast_arrays(*rows))

    def fraction_mass(self, normals: Array, shared: Shared) -> Array:
        """Return the mass of each row over the whole core, less soil where its share is known."""
        mass = self._masses(normals)
        if self.rows.soil_by == "carbon":
            mass *= 1.0 - self._soil_share_by_carbon(self._washed_carbon(normals), shared)
        elif len(self.rows.ash):
            mass[self.rows.ash_rows] *= 1.0 - self._soil_share(normals, shared)
        return mass

    def fraction_carbon(self, normals: Array, shared: Shared) -> Array:
        """Return the C of each row over the whole core; prior and plot means come later."""
        mass = self._masses(normals)
        determined, _, _ = self.rows.places
        if self.rows.soil_by == "carbon":
            washed = self._washed_carbon(normals)
            soil = self._soil_share_by_carbon(washed, shared) * self.rows.soil_carbon
            mass *= np.maximum(1.0 - soil / washed, 0.0)
            mass[determined] *= washed[determined]
            return mass
        carbon = self.rows.determined.fill(self._carbon_normals(normals)[: determined.stop])
        if len(self.rows.ash) and self.route == "A":
            mass[self.rows.ash_rows] *= 1.0 - self._soil_share(normals, shared)
        elif len(self.rows.ash):
            soil = self._soil_share(normals, shared) * self.rows.soil_carbon
            carbon[self.rows.ash_rows] = np.maximum(carbon[self.rows.ash_rows] - soil, 0.0)
        mass[determined] *= carbon
        return mass

    def kept(self, normals: Array, shared: Shared) -> Array:
        """Return the share of the mass that is root of the crop, over the share not lost."""
        extraneous: Array | float = shared.get(EXTRANEOUS, 0.0)
        if self.extraneous is not None and self.extraneous.value > 0:
            middle = self.extraneous.value
            sigma = self.extraneous.uncertainty / (middle * (1.0 - middle))
            extraneous = expit(
                logit(middle) + sigma * normals[self.groups["extraneous_measured"]][0]
            )
        kept: Array = (1.0 - extraneous) / (1.0 - shared[WASHING_LOSS])
        return kept

    def source_carbon(self, normals: Array, shared: Shared) -> tuple[Array, Array, Array]:
        """Return the C concentration that each source of C adds: 1, the plot's, the prior's."""
        determined, _, _ = self.rows.places
        plot = np.ones((1, 1))
        if len(self.rows.plot_carbon):
            plot = self.rows.plot_carbon.fill(self._carbon_normals(normals)[determined.stop :])
        prior = np.zeros(1)
        for key, share in self.rows.prior_shares:
            prior = prior + share * shared[key]
        return np.ones(1), plot[0], prior

    def _carbon_by_interval(self, normals: Array, shared: Shared) -> Array:
        carbon = self.fraction_carbon(normals, shared)
        total: Array = np.zeros((1, 1))
        for grid, place, concentration in zip(
            self.grids, self.rows.places, self.source_carbon(normals, shared), strict=True
        ):
            if place.stop > place.start:
                total = total + (grid @ carbon[place]) * concentration
        empty = np.zeros((self.grids[0].shape[0], 1))
        return (empty + total) * self.kept(normals, shared)

    def _masses(self, normals: Array) -> Array:
        rows = normals[self.groups["mass"]]
        below = ndtr(rows[self.rows.limited])
        limits = self.rows.masses.mean[self.rows.limited, None]
        mass = self.rows.masses.fill(rows)
        mass[self.rows.limited] = below * limits
        if len(self.rows.divided):
            cores = normals[self.groups["processed_share"]]
            mass[self.rows.divided] /= self.rows.processed.fill(cores[self.rows.core_of_divided])
        return mass

    def _carbon_normals(self, normals: Array) -> Array:
        return normals[self.groups["carbon"]]

    def _soil_share(self, normals: Array, shared: Shared) -> Array:
        ash = self.rows.ash.fill(normals[self.groups["ash"]])
        return soil_share(ash, ash_of_root=shared[ASH_OF_ROOT], ash_of_soil=shared[ASH_OF_SOIL])

    def _washed_carbon(self, normals: Array) -> Array:
        """Return the C of the washed sample of every row; uses up no normals."""
        determined, of_plot, _ = self.rows.places
        drawn = self._carbon_normals(normals).copy()
        washed = np.empty((len(self.rows.masses), normals.shape[1]))
        washed[determined] = self.rows.determined.fill(drawn[: determined.stop])
        if of_plot.stop > of_plot.start:
            washed[of_plot] = self.rows.plot_carbon.fill(drawn[determined.stop :])
        return washed

    def _soil_share_by_carbon(self, washed: Array, shared: Shared) -> Array:
        return soil_share_from_carbon(
            washed,
            carbon_of_root=shared[CLEAN_ROOT_CARBON],
            carbon_of_soil=self.rows.soil_carbon,
        )

    def _missing(self, shared: Shared) -> Array:
        if self.missing is None:
            return np.zeros(1)
        mean, sigma = self.missing
        factor: Array = np.exp(sigma * shared[DEPTH_MODEL] - sigma**2 / 2.0)
        return mean * factor

    def _deposited(self, normals: Array, shared: Shared) -> dict[str, Array | None]:
        """Return what was found in the soil as C, and the C per N of roots where it is asked."""
        ratio, found = None, None
        if len(self.carbon_per_nitrogen):
            group = self.groups["carbon_per_nitrogen"]
            ratio = self.carbon_per_nitrogen.fill(normals[group].copy())[0]
        if self.deposited is not None:
            own = {name: normals[self.groups[name]].copy() for name in self.deposited.heights}
            found = self.deposited.draws(own, shared).sum(axis=0)
            if self.deposited_is_nitrogen and ratio is not None:
                found = found * ratio
        return {"deposited": found, "carbon_per_nitrogen": ratio}

    def _shares(self, normals: Array) -> list[Array]:
        """Return the share of the roots of each stand; together they are all roots."""
        group = self.groups["species_shares"]
        if group.stop == group.start:
            return [np.array([stand.share]) for stand in self.stands]
        drawn = [
            np.maximum(stand.share + stand.share_sd * row, 0.0)
            for stand, row in zip(self.stands, normals[group], strict=True)
        ]
        whole = sum(drawn, np.zeros(1))
        return [share / whole for share in drawn]
