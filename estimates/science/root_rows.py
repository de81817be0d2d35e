"""The root fractions of a plot as rows of arrays: what each weighs, and where its C comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.science.cleaning import BASIS_OF_ROUTE, SoilBy, ash_fits_carbon, check_route
from estimates.science.distributions import Array, PositiveRows
from estimates.science.errors import NotEnoughData
from estimates.science.geometry import (
    MG_PER_G,
    recovery_ratio,
    root_mass_density_g_cm3,
    sampled_length_cm,
)
from estimates.science.inputs import Options, RootMass, Stand
from estimates.science.parameters import ParameterSet
from estimates.science.profiles import CoreProfile
from estimates.science.results import Note
from estimates.science.soil_by_carbon import soil_carbon_of

LEAST_DETERMINATIONS = 3  # for the mean of a plot to stand for its other fractions
USUAL_CARBON = (0.20, 0.60)  # g/g; outside it is a slip of units, or mostly soil
USUAL_RECOVERY = (0.90, 1.05)  # recovered over driven length
COARSE_KINDS = ("coarse_root", "crown")

Numbers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One root fraction that weighs something, and where it stands in the plot."""

    core: int
    layer: int
    root: RootMass
    living_share: float

    @property
    def density_per_mass(self) -> float:
        """Return g of root per cm3 of soil for each unit of mass that was recorded."""
        return self.living_share * density_per_mass(self.root)


@dataclass(frozen=True, kw_only=True)
class RootRows:
    """The root fractions of a plot that weigh something, ordered by where their C comes from.

    Order: C determined, C from the mean of the plot, C from the prior of the plant group. Masses
    are g or, where the source gave densities, mg per cm3; `limited` rows lie anywhere below
    their mass. soil_carbon is that of the rows whose adhering soil is taken off: of all when C
    tells it, else of the ash rows.
    """

    masses: PositiveRows
    limited: Numbers
    divided: Numbers
    core_of_divided: Numbers
    processed: PositiveRows
    ash: PositiveRows
    ash_rows: Numbers
    soil_carbon: Array
    soil_by: SoilBy
    determined: PositiveRows
    plot_carbon: PositiveRows
    prior_shares: tuple[tuple[str, float], ...]
    places: tuple[slice, slice, slice]


@dataclass(frozen=True, kw_only=True)
class RowTable:
    """The rows in the order of their arrays, and the arrays."""

    rows: tuple[Row, ...]
    arrays: RootRows
    notes: tuple[Note, ...]


def root_rows(
    profiles: Sequence[CoreProfile],
    *,
    parameters: ParameterSet,
    options: Options,
    stands: Sequence[Stand],
) -> RowTable:
    """Return the root fractions that weigh something, as arrays.

    Raises MixedRoutes when a C concentration belongs to the other route, NotEnoughData when
    route A lacks the ash of its samples.
    """
    rows = [row for number, profile in enumerate(profiles) for row in _rows(number, profile)]
    rows = [_living(row, options) for row in rows]
    rows = [row for row in rows if row.living_share > 0 and _recorded(row.root) > 0]
    for row in rows:
        if row.root.carbon_g_per_g is not None:
            check_route(options.route, row.root.carbon_basis)
    determined = [row for row in rows if row.root.carbon_g_per_g is not None]
    others = [row for row in rows if row.root.carbon_g_per_g is None]
    has_plot_mean = len(determined) >= LEAST_DETERMINATIONS
    ordered = (*determined, *others)
    middle = len(determined)
    end = len(ordered)
    plot_end = end if has_plot_mean else middle
    places = (slice(0, middle), slice(middle, plot_end), slice(plot_end, end))
    notes = [note for row in ordered for note in _row_notes(row, profiles[row.core])]
    notes += _source_notes(places, BASIS_OF_ROUTE[options.route])
    notes += _dead_notes(ordered, options)
    return RowTable(
        rows=ordered,
        arrays=_arrays(ordered, places, parameters=parameters, options=options, stands=stands),
        notes=tuple(notes),
    )


def density_per_mass(root: RootMass) -> float:
    """Return g of root per cm3 of soil for each g, or each mg per cm3, that was recorded."""
    if root.area_cm2 is None or root.mass_density_mg_cm3 is not None:
        return 1.0 / MG_PER_G
    length_cm = sampled_length_cm(
        thickness_cm=root.thickness_cm,
        composited_cores=root.composited_cores,
        recovered_length_cm=root.recovered_length_cm,
    )
    return root_mass_density_g_cm3(1.0, area_cm2=root.area_cm2, sampled_length_cm=length_cm)


def _rows(core: int, profile: CoreProfile) -> list[Row]:
    return [
        Row(core=core, layer=layer, root=root, living_share=1.0)
        for layer, roots in enumerate(profile.layers)
        for root in roots
    ]


def _living(row: Row, options: Options) -> Row:
    if options.counts_dead:
        return row
    if row.root.is_living is not None:
        living = float(row.root.is_living)
    else:
        living = 1.0 - (row.root.share_dead or 0.0)
    return Row(core=row.core, layer=row.layer, root=row.root, living_share=living)


def _recorded(root: RootMass) -> float:
    given = (root.washed_mass_g, root.washed_mass_below_g, root.mass_density_mg_cm3)
    return next(mass for mass in given if mass is not None)


def _arrays(
    rows: Sequence[Row],
    places: tuple[slice, slice, slice],
    *,
    parameters: ParameterSet,
    options: Options,
    stands: Sequence[Stand],
) -> RootRows:
    divided = [number for number, row in enumerate(rows) if row.root.processed_share < 1]
    cores = sorted({rows[number].core for number in divided})
    ash_rows = _ash_rows(rows, options)
    basis = BASIS_OF_ROUTE[options.route]
    priors = [(f"carbon.{basis}.{stand.plant_group}", stand.share) for stand in stands]
    return RootRows(
        masses=_masses(rows, parameters),
        limited=_numbers(
            [i for i, row in enumerate(rows) if row.root.washed_mass_below_g is not None]
        ),
        divided=_numbers(divided),
        core_of_divided=_numbers([cores.index(rows[number].core) for number in divided]),
        processed=_processed([rows[number].root for number in divided], parameters),
        ash=_ash(rows, ash_rows, parameters),
        ash_rows=_numbers(ash_rows),
        soil_carbon=_soil_carbon(rows, ash_rows, places, options),
        soil_by=options.soil_by,
        determined=_determined(rows[places[0]], parameters),
        plot_carbon=_plot_carbon(rows, places),
        prior_shares=tuple(priors) if places[2].stop > places[2].start else (),
        places=places,
    )


def _masses(rows: Sequence[Row], parameters: ParameterSet) -> PositiveRows:
    balance_sd_g = parameters.value("balance.sd")
    weighed = [row.root.washed_mass_g is not None for row in rows]
    return PositiveRows(
        mean=np.array([_recorded(row.root) for row in rows], dtype=float),
        sd=np.hypot(
            np.where(weighed, balance_sd_g, 0.0), np.array([row.root.mass_sd_g for row in rows])
        ),
    )


def _processed(roots: Sequence[RootMass], parameters: ParameterSet) -> PositiveRows:
    of_division = parameters.value("processed_share.sd")
    sd: Array = np.array([root.processed_share_sd for root in roots], dtype=float)
    return PositiveRows(
        mean=np.array([root.processed_share for root in roots], dtype=float),
        sd=np.hypot(of_division, sd),
    )


def _ash_rows(rows: Sequence[Row], options: Options) -> list[int]:
    """Return the rows whose soil ash tells: all by route A, else where it is known."""
    if options.soil_by == "carbon":
        return []
    if options.route == "A":
        return list(range(len(rows)))
    return [
        number
        for number, row in enumerate(rows)
        if row.root.ash_g_per_g is not None
        and row.root.soil_carbon_g_per_g is not None
        and row.root.carbon_g_per_g is not None
    ]


def _soil_carbon(
    rows: Sequence[Row],
    ash_rows: Sequence[int],
    places: tuple[slice, slice, slice],
    options: Options,
) -> Array:
    if options.soil_by == "carbon":
        return soil_carbon_of(
            [row.root for row in rows], has_plot_mean=places[2].stop == places[2].start
        )
    return np.array([rows[i].root.soil_carbon_g_per_g or 0.0 for i in ash_rows])[:, None]


def _ash(rows: Sequence[Row], ash_rows: Sequence[int], parameters: ParameterSet) -> PositiveRows:
    known = [row.root.ash_g_per_g for row in rows if row.root.ash_g_per_g is not None]
    asked = [rows[number].root.ash_g_per_g for number in ash_rows]
    sd = parameters.value("ash.determination_sd")
    if None not in asked:
        return _same_sd([ash for ash in asked if ash is not None], sd)
    if len(known) < LEAST_DETERMINATIONS:
        raise NotEnoughData(
            "Route A needs the ash of the washed samples: determine it, or use route B."
        )
    middle, spread = float(np.mean(known)), float(np.std(known, ddof=1))
    return PositiveRows(
        mean=np.array([middle if ash is None else ash for ash in asked]),
        sd=np.array([spread if ash is None else sd for ash in asked]),
    )


def _determined(rows: Sequence[Row], parameters: ParameterSet) -> PositiveRows:
    mean = np.array([row.root.carbon_g_per_g for row in rows], dtype=float)
    return PositiveRows(mean=mean, sd=mean * parameters.value("carbon.determination_cv"))


def _plot_carbon(rows: Sequence[Row], places: tuple[slice, slice, slice]) -> PositiveRows:
    if places[1].stop == places[1].start:
        return _same_sd([], 0.0)
    known = [row.root.carbon_g_per_g for row in rows[places[0]]]
    values = np.array(known, dtype=float)
    return PositiveRows(mean=values.mean(keepdims=True), sd=values.std(ddof=1, keepdims=True))


def _same_sd(mean: Sequence[float], sd: float) -> PositiveRows:
    values: Array = np.array(mean, dtype=float)
    return PositiveRows(mean=values, sd=np.full_like(values, sd))


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.intp)


def _source_notes(places: tuple[slice, slice, slice], basis: str) -> list[Note]:
    notes = []
    number = places[1].stop - places[1].start
    if number:
        text = f"{number} root fractions without C take the mean of their plot."
        notes.append(Note(code="carbon_of_plot", message=text))
    number = places[2].stop - places[2].start
    if number:
        text = f"{number} root fractions without C take the {basis.replace('_', ' ')} prior."
        notes.append(Note(code="carbon_prior", message=text))
    return notes


def _dead_notes(rows: Sequence[Row], options: Options) -> list[Note]:
    roots = [row.root for row in rows]
    unknown = sum(root.is_living is None and root.share_dead is None for root in roots)
    if options.counts_dead or not unknown:
        return []
    text = f"{unknown} root fractions with an unknown share of dead roots count as living."
    return [Note(code="dead_share_unknown", message=text)]


def _row_notes(row: Row, profile: CoreProfile) -> list[Note]:
    root, core = row.root, profile.core
    where = f"Core {core.key} at {root.upper_depth_cm:g}-{root.lower_depth_cm:g} cm"
    notes = []
    carbon, ash = root.carbon_g_per_g, root.ash_g_per_g
    if carbon is not None and not USUAL_CARBON[0] <= carbon <= USUAL_CARBON[1]:
        text = f"{where}: {carbon:g} g C per g is unusual for roots."
        notes.append(Note(code="carbon_unusual", message=text, core_key=core.key))
    if ash is not None and carbon is not None and not _fits(ash, carbon):
        text = f"{where}: ash {ash:g} and C {carbon:g} g per g do not fit one sample."
        notes.append(Note(code="ash_against_carbon", message=text, core_key=core.key))
    if root.recovered_length_cm is not None:
        ratio = recovery_ratio(
            thickness_cm=root.thickness_cm,
            composited_cores=root.composited_cores,
            recovered_length_cm=root.recovered_length_cm,
        )
        if not USUAL_RECOVERY[0] <= ratio <= USUAL_RECOVERY[1]:
            text = f"{where}: {ratio:.0%} of the length was recovered."
            notes.append(Note(code="recovery", message=text, core_key=core.key))
    return notes


def _fits(ash: float, carbon: float) -> bool:
    return ash_fits_carbon(ash_g_per_g=ash, carbon_g_per_g=carbon)
