"""Root mass of a mixture by species."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.science.inputs import Measured
from estimates.science.species_shares import masses_by_species


def _species_masses(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    totals = {row.number("total_mass") for row in rows}
    if len(totals) > 1:
        text = "Rows of one sample have one total mass."
        raise BadCell(text, column="total_mass", code="two_totals")
    shares = {
        row.text("species"): Measured(value=row.number("share"), uncertainty=row.number("u_share"))
        for row in rows
    }
    if len(shares) < len(rows):
        raise BadCell("A species stands twice in one sample.", column="species", code="twice")
    for part in masses_by_species(totals.pop(), shares, total_sd=rows[0].number("u_total")):
        yield {"species": part.species, "share": part.share, "mass": part.mass, "u_mass": part.sd}


CALCULATION = Calculation(
    name="species-masses",
    summary="Root mass of a mixture by species; together they are the mass that was weighed.",
    formula="m_i = m s_i / sum(s); u(s_i)^2 = (1 - s_i)^2 u_i^2 + s_i^2 sum of the other u_j^2",
    sources=(Source(text="JCGM 100:2008, 5.1.2"),),
    tables=(
        Table(
            name="in",
            meaning="one row a species of a sample",
            columns=(
                Column(
                    name="sample",
                    meaning="name of the sample; rows with the same name belong together",
                    kind="text",
                    is_required=False,
                    default="",
                    aliases=("core", "layer", "specimen"),
                ),
                Column(name="species", meaning="species", kind="text"),
                Column(
                    name="share",
                    meaning="its share of the root mass, by hand, qPCR, spectra or isotope",
                    lower=0,
                    upper=1,
                    aliases=("species_share",),
                    converted=(("share_percent", 0.01),),
                ),
                Column(
                    name="u_share",
                    meaning="one standard deviation of the share",
                    is_required=False,
                    lower=0,
                    upper=1,
                    default=0.0,
                    converted=(("u_share_percent", 0.01),),
                ),
                Column(
                    name="total_mass",
                    meaning="root mass of the sample, in any unit",
                    lower=0,
                    aliases=("root_mass_g_m2", "mass", "mass_g"),
                ),
                Column(
                    name="u_total",
                    meaning="one standard deviation of the total, in its unit",
                    is_required=False,
                    lower=0,
                    default=0.0,
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="species", meaning="species", kind="text"),
        Column(name="share", meaning="its share, made a whole"),
        Column(name="mass", meaning="its root mass, in the unit of the total"),
        Column(name="u_mass", meaning="one standard deviation"),
    ),
    function=each_group(("sample",), _species_masses),
)
