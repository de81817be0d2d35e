"""SOC stocks at equivalent soil mass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.calculations.shapes import answers_to
from estimates.calculations.soil_columns import (
    CORE,
    DENSITY,
    DEPTH_COLUMNS,
    MATTER,
    SOC,
    STONES_COLUMNS,
    contiguous_layers,
)
from estimates.science.errors import BeyondSample
from estimates.science.soil.equivalent_mass import (
    Interpolator,
    MassProfile,
    depth_of_mass_cm,
    mass_profile,
    stock_at_mass,
)
from estimates.science.soil.stocks import SoilLayer, soc_to_depth_t_ha

NAMELESS = ""

Reference = tuple[tuple[float, float], ...]  # lower depth cm, cumulative mineral mass t per ha


def _profiles(given: Given) -> tuple[dict[str, list[SoilLayer]], dict[str, Row]]:
    """Return the layers of each core by name, and its first row."""
    rows: dict[str, list[Row]] = {}
    for row in given.rows():
        rows.setdefault(row.optional_text("core") or NAMELESS, []).append(row)
    problems: list[Problem] = []
    layers: dict[str, list[SoilLayer]] = {}
    for name, own in rows.items():
        try:
            layers[name] = contiguous_layers(own)
        except ProblemsFound as found:
            problems += found.problems
    if problems:
        raise ProblemsFound(problems)
    return layers, {name: own[0] for name, own in rows.items()}


def _reference_of_core(profile: MassProfile) -> Reference:
    return tuple(zip(profile.lower_depths_cm, profile.mineral_mass_t_ha, strict=True))[1:]


def _agreed_masses(rows: Sequence[Row]) -> Reference | None:
    """Return the masses of the table `reference`: cumulative, or of layers to be added up."""
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: row.number("lower_depth_cm"))
    total, agreed = 0.0, []
    for row, mass in zip(ordered, answers_to(ordered, _agreed_mass), strict=True):
        total = mass if row.has("cumulative_mineral_mass_t_ha") else total + mass
        agreed.append((row.number("lower_depth_cm"), total))
    return tuple(agreed)


def _agreed_mass(row: Row) -> float:
    if row.has("cumulative_mineral_mass_t_ha"):
        return row.number("cumulative_mineral_mass_t_ha")
    return row.number("mineral_mass_t_ha")


def _reference(row: Row, given: Given, layers: dict[str, list[SoilLayer]]) -> Reference:
    """Return what the core of this row is compared at."""
    name = row.optional_text("reference_core") or given.options.optional_text("reference_core")
    if name is None:
        raise BadCell(
            "Nothing to compare with: fill reference_core, or give --set reference_core=CORE or "
            "--table reference=FILE with agreed masses.",
            column="reference_core",
            code="no_reference",
        )
    if name not in layers:
        raise BadCell(
            f"The reference core {name} is not in the table.",
            column="reference_core",
            code="unknown_reference",
        )
    return _reference_of_core(mass_profile(layers[name]))


def _calculate(given: Given) -> Iterable[Cells]:
    layers, first_rows = _profiles(given)
    agreed = _agreed_masses(given.rows("reference"))
    references = answers_to(
        list(first_rows.values()),
        lambda row: _reference(row, given, layers) if agreed is None else agreed,
    )
    answers: list[Cells] = []
    for name, reference in zip(first_rows, references, strict=True):
        answers += _core(name, layers[name], reference, given)
    return answers


def _core(
    name: str, layers: Sequence[SoilLayer], reference: Reference, given: Given
) -> Iterable[Cells]:
    profile = mass_profile(layers)
    before: float | None = 0.0
    for depth_cm, mass in reference:
        answer = _at_mass(profile, mass, given)
        total = cast("float | None", answer["soc_esm_t_ha"])
        yield {
            "core": name or None,
            "lower_depth_cm": depth_cm,
            "reference_mineral_mass_t_ha": mass,
            "soc_fixed_depth_t_ha": _at_depth(layers, depth_cm),
            **answer,
            "soc_esm_of_layer_t_ha": None if total is None or before is None else total - before,
        }
        before = total


def _at_depth(layers: Sequence[SoilLayer], depth_cm: float) -> float | None:
    try:
        return soc_to_depth_t_ha(layers, depth_cm=depth_cm)
    except BeyondSample:
        return None


def _at_mass(profile: MassProfile, mass: float, given: Given) -> Cells:
    interpolator = cast("Interpolator", given.options.text("interpolator"))
    try:
        found = stock_at_mass(
            profile,
            mass,
            interpolator=interpolator,
            extrapolates=given.options.flag("extrapolate"),
        )
    except BeyondSample as error:
        return {"soc_esm_t_ha": None, "interpolator": interpolator, "refused": error.code}
    return {
        "soc_esm_t_ha": found.soc_t_ha,
        "soil_depth_cm": None if found.is_extrapolated else depth_of_mass_cm(profile, mass),
        "interpolator": found.interpolator,
        "is_extrapolated": found.is_extrapolated,
    }


REFERENCE_CORE = Column(
    name="reference_core",
    meaning="core whose mineral masses this core is compared at; may be itself",
    kind="text",
    is_required=False,
    aliases=("ref_id", "ref_core", "reference"),
)

CALCULATION = Calculation(
    name="soc-esm",
    summary="SOC stocks compared at equivalent mineral soil mass.",
    formula=(
        "cumulative mineral mass M = sum BD t (1 - stones) (1 - SOM), cumulative SOC S; S(M) at "
        "the masses of the reference by a monotone spline through (0, 0)"
    ),
    sources=(
        Source(text="Wendt & Hauser 2013, Eur. J. Soil Sci. 64:58", doi="10.1111/ejss.12002"),
        Source(text="von Haden et al. 2020, Glob. Change Biol. 26:3759", doi="10.1111/gcb.15124"),
        Source(text="Hyman 1983, SIAM J. Sci. Stat. Comput. 4:645", doi="10.1137/0904045"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a layer; the layers of a core fill it from the surface down",
            columns=(
                CORE,
                *DEPTH_COLUMNS[:3],
                SOC,
                DENSITY,
                *STONES_COLUMNS,
                MATTER,
                REFERENCE_CORE,
            ),
        ),
        Table(
            name="reference",
            meaning="agreed masses by depth, instead of a reference core (--table reference=FILE)",
            is_required=False,
            columns=(
                Column(
                    name="lower_depth_cm",
                    meaning="nominal depth of the mass",
                    unit="cm",
                    lower=0,
                    aliases=("lower_cm", "depth_cm", "depth"),
                ),
                Column(
                    name="mineral_mass_t_ha",
                    meaning="mineral mass of the layer that ends there",
                    unit="t ha-1",
                    is_required=False,
                    lower=0,
                    aliases=("ref_soil_mass_t_ha",),
                ),
                Column(
                    name="cumulative_mineral_mass_t_ha",
                    meaning="mineral mass from the surface, instead of that of the layer",
                    unit="t ha-1",
                    is_required=False,
                    lower=0,
                    aliases=("ref_mineral_mass",),
                ),
            ),
        ),
    ),
    options=(
        REFERENCE_CORE,
        Column(
            name="interpolator",
            meaning="curve through cumulative SOC over cumulative mass",
            kind="text",
            is_required=False,
            choices=("hyman", "pchip", "linear"),
            default="hyman",
        ),
        Column(
            name="extrapolate",
            meaning="go on in a straight line beyond the mass of the core",
            kind="flag",
            is_required=False,
            default=0,
        ),
    ),
    outputs=(
        Column(name="core", meaning="the core", kind="text"),
        Column(name="lower_depth_cm", meaning="depth in the reference", unit="cm"),
        Column(
            name="reference_mineral_mass_t_ha",
            meaning="mineral mass from the surface it is compared at",
            unit="t ha-1",
        ),
        Column(
            name="soc_fixed_depth_t_ha",
            meaning="SOC of this core from the surface to that depth",
            unit="t ha-1",
        ),
        Column(
            name="soc_esm_t_ha",
            meaning="SOC of this core above that mass; blank where it holds less",
            unit="t ha-1",
        ),
        Column(
            name="soc_esm_of_layer_t_ha",
            meaning="the same, less that of the reference layer above",
            unit="t ha-1",
        ),
        Column(name="soil_depth_cm", meaning="depth of that mass in this core", unit="cm"),
        Column(name="interpolator", meaning="curve it was made with", kind="text"),
        Column(name="is_extrapolated", meaning="beyond the mass of the core", kind="flag"),
        Column(name="refused", meaning="why there is no stock", kind="text"),
    ),
    function=_calculate,
)
