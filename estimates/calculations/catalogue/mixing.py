"""Shares of sources in a mixture by isotopes."""

from __future__ import annotations

from typing import cast

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.isotope_columns import FINDING_COLUMNS, finding_cells
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.science.errors import UnderDetermined
from estimates.science.isotopes.mixing import (
    Signature,
    mass_share,
    source_mass_shares,
    two_sources,
)
from estimates.science.isotopes.scales import (
    DEFAULT_STANDARD,
    SCALES,
    Scale,
    check_one_scale,
)

SOURCES = ("a", "b", "c")


def _delta(name: str, meaning: str, aliases: tuple[str, ...], *, required: bool = False) -> Column:
    return Column(
        name=name,
        meaning=meaning,
        unit="permil",
        is_required=required,
        lower=-999.999,
        aliases=aliases,
    )


def _uncertainty(name: str, of: str, aliases: tuple[str, ...]) -> Column:
    meaning = f"standard uncertainty of {of}"
    return Column(
        name=name, meaning=meaning, unit="permil", is_required=False, lower=0, aliases=aliases
    )


def _concentration(element: str, source: str) -> Column:
    return Column(
        name=f"{element}_{source}",
        meaning=f"{element} concentration of source {source.upper()}, one unit for all",
        is_required=False,
        lower=1e-9,
        aliases=(f"c_{source}", f"concentration_{source}") if element == "carbon" else (),
    )


def _signature(row: Row, name: str) -> Signature:
    return Signature(
        delta_permil=row.number(f"delta_{name}"),
        uncertainty_permil=row.optional_number(f"u_{name}"),
    )


def _check_scales(row: Row) -> None:
    """Raise MixedScales when mixture and sources name different scales."""
    told = [row.optional_text(f"scale_{name}") for name in ("mixture", "a", "b", "c")]
    scales = {cast("Scale", scale) for scale in told if scale is not None}
    if scales:
        check_one_scale(scales)


def _mix(row: Row, options: Row) -> Cells:
    _check_scales(row)
    if row.has("delta_c"):
        return _three(row)
    standard = DEFAULT_STANDARD["15N" if options.text("isotope") == "15N" else "13C"]
    found = two_sources(
        _signature(row, "mixture"),
        source_a=_signature(row, "a"),
        source_b=_signature(row, "b"),
        standard=standard,
    )
    mass_b = None
    if row.has("carbon_a", "carbon_b"):
        mass_b = mass_share(
            found.share_b, carbon_a=row.number("carbon_a"), carbon_b=row.number("carbon_b")
        )
    return {
        "share_a": 1.0 - found.share_b,
        "share_b": found.share_b,
        "u_share_b": found.uncertainty,
        "share_b_by_atoms": found.share_b_by_atoms,
        "detectable_share_b": found.detectable_share,
        "mass_share_a": None if mass_b is None else 1.0 - mass_b,
        "mass_share_b": mass_b,
        **finding_cells(found.findings),
    }


def _three(row: Row) -> Cells:
    """Return the shares of three sources by 13C and 15N with their concentrations."""
    nitrogen = [f"delta15n_{source}" for source in SOURCES]
    if not row.has("delta15n_mixture", *nitrogen):
        raise UnderDetermined(
            "Three sources cannot be told apart by one isotope: add 15N of mixture and sources "
            "with their C and N concentrations, label one partner, or join two sources."
        )
    missing = [
        f"{element}_{source}"
        for element in ("carbon", "nitrogen")
        for source in SOURCES
        if not row.has(f"{element}_{source}")
    ]
    if missing:
        text = f"Two tracers are weighted by concentration: {', '.join(missing)} is missing."
        raise BadCell(text, column=missing[0], code="missing_value")
    mass = source_mass_shares(
        (row.number("delta_mixture"), row.number("delta15n_mixture")),
        sources=[
            (row.number(f"delta_{source}"), row.number(f"delta15n_{source}")) for source in SOURCES
        ],
        concentrations=[
            (row.number(f"carbon_{source}"), row.number(f"nitrogen_{source}")) for source in SOURCES
        ],
    )
    carbon = [
        share * row.number(f"carbon_{source}") for share, source in zip(mass, SOURCES, strict=True)
    ]
    answer: dict[str, float | str | None] = {}
    for source, of_mass, of_carbon in zip(SOURCES, mass, carbon, strict=True):
        answer[f"share_{source}"] = of_carbon / sum(carbon)
        answer[f"mass_share_{source}"] = of_mass
    return answer


def _columns() -> tuple[Column, ...]:
    return (
        _delta("delta_mixture", "delta of the mixture", ("d_m", "delta_m", "d_mix"), required=True),
        _delta("delta_a", "delta of source A, such as C3", ("d_a", "delta_c3"), required=True),
        _delta("delta_b", "delta of source B, such as C4", ("d_b", "delta_c4"), required=True),
        _delta("delta_c", "delta of a third source; then 15N and concentrations are needed", ()),
        _uncertainty("u_mixture", "the mixture", ("u_m", "u_delta_mixture")),
        _uncertainty("u_a", "source A", ("u_delta_a", "u_c3")),
        _uncertainty("u_b", "source B", ("u_delta_b", "u_c4")),
        *(_concentration("carbon", source) for source in SOURCES),
        _delta("delta15n_mixture", "15N of the mixture, with three sources", ()),
        *(
            _delta(f"delta15n_{source}", f"15N of source {source.upper()}", ())
            for source in SOURCES
        ),
        *(_concentration("nitrogen", source) for source in SOURCES),
        *(
            Column(
                name=f"scale_{name}",
                meaning="its scale; where several are told they must be one",
                kind="text",
                is_required=False,
                choices=tuple(scale for scales in SCALES.values() for scale in scales),
            )
            for name in ("mixture", *SOURCES)
        ),
    )


def _share(name: str, meaning: str) -> Column:
    return Column(name=name, meaning=meaning)


CALCULATION = Calculation(
    name="mixing",
    summary="Shares of two sources in a mixture by one isotope, of three by 13C and 15N.",
    formula=(
        "f_B = (d_m - d_A) / (d_B - d_A), a share of C (or N); u_f2 = (u_m2 + (1 - f)2 u_A2 + "
        "f2 u_B2) / (d_B - d_A)2; mass share (f / C_B) / (f / C_B + (1 - f) / C_A)"
    ),
    sources=(
        Source(text="Balesdent et al. 1987", doi="10.1016/0038-0717(87)90120-9"),
        Source(text="Phillips & Gregg 2001, uncertainty", doi="10.1007/s004420000578"),
        Source(text="Phillips & Koch 2002, concentrations", doi="10.1007/s004420100786"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a mixture, all deltas of a row on one scale",
            columns=_columns(),
        ),
    ),
    options=(
        Column(
            name="isotope",
            meaning="isotope of two sources, for the share by atoms",
            kind="text",
            is_required=False,
            choices=("13C", "15N"),
            default="13C",
        ),
    ),
    outputs=(
        _share("share_a", "share of source A in the C"),
        _share("share_b", "share of source B in the C"),
        _share("share_c", "share of source C in the C"),
        _share("u_share_b", "standard uncertainty of share_b"),
        _share("share_b_by_atoms", "the same share from atom fractions, exact"),
        _share("detectable_share_b", "two standard uncertainties"),
        _share("mass_share_a", "share of source A in the mass"),
        _share("mass_share_b", "share of source B in the mass"),
        _share("mass_share_c", "share of source C in the mass"),
        *FINDING_COLUMNS,
    ),
    function=EachRow(_mix, columns={"mixed_scales": "scale_mixture"}),
)
