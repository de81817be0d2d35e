"""Root length by diameter class: shares, fine roots, fewer classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.science.traits.diameters import FINE_UPPER_MM, DiameterClasses


def _diameters(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    closed = sorted(
        (row for row in rows if row.has("upper_diameter_mm")),
        key=lambda row: row.number("upper_diameter_mm"),
    )
    rest = [row for row in rows if not row.has("upper_diameter_mm")]
    if len(rest) > 1:
        text = "A sample has one class without an upper limit, the thickest."
        raise BadCell(text, column="upper_diameter_mm", code="twice")
    classes = DiameterClasses(
        upper_limits_mm=tuple(row.number("upper_diameter_mm") for row in closed),
        lengths_cm=(
            *(row.number("length_cm") for row in closed),
            rest[0].number("length_cm") if rest else 0.0,
        ),
    )
    fine_mm = given.options.number("fine_upper_mm")
    yield {
        "length_cm": classes.length_cm,
        "fine_share": classes.share_below(fine_mm),
        "fine_length_cm": classes.share_below(fine_mm) * classes.length_cm,
        "coarse_length_cm": (1.0 - classes.share_below(fine_mm)) * classes.length_cm,
        "classes": len(rows),
    }


CALCULATION = Calculation(
    name="root-diameters",
    summary="Length of fine and coarse roots from the diameter classes of a scan.",
    formula="share of fine roots = sum of the lengths of classes that end at the limit, or below",
    sources=(
        Source(text="Freschet et al. 2021, handbook of root traits", doi="10.1111/nph.17572"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a diameter class of a sample",
            columns=(
                Column(name="sample", meaning="rows with the same belong together", kind="text",
                       is_required=False, aliases=("specimen", "core", "id")),
                Column(name="upper_diameter_mm", meaning="upper limit of the class; blank: the "
                       "thickest, open above", unit="mm", is_required=False, lower=1e-6,
                       aliases=("upper_limit_mm", "upper_mm")),
                Column(name="length_cm", meaning="root length of the class", unit="cm", lower=0,
                       converted=(("length_mm", 0.1), ("length_m", 100.0))),
            ),
        ),
    ),
    options=(
        Column(name="fine_upper_mm", meaning="fine roots are at most so thick; a limit of the "
               "classes, nothing is split within one", unit="mm", is_required=False,
               default=FINE_UPPER_MM, lower=1e-6),
    ),
    outputs=(
        Column(name="sample", meaning="the sample", kind="text"),
        Column(name="length_cm", meaning="length of all classes", unit="cm"),
        Column(name="fine_share", meaning="share of fine roots in it"),
        Column(name="fine_length_cm", meaning="their length", unit="cm"),
        Column(name="coarse_length_cm", meaning="length of thicker roots", unit="cm"),
        Column(name="classes", meaning="number of classes", kind="whole"),
    ),
    function=each_group(("sample",), _diameters),
)  # fmt: skip
