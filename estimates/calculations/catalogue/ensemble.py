"""Several methods on the same ground: the ensemble and the spread between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.science.ensemble import HALF_WIDTH_SDS, Member, ensemble_of
from estimates.science.monte_carlo import Summary


def _member(row: Row) -> Member:
    mean, sd = row.number("mean"), row.number("sd")
    lower, upper = row.optional_number("lower"), row.optional_number("upper")
    summary = Summary(
        mean=mean,
        sd=sd,
        median=mean if row.values["median"] is None else row.number("median"),
        lower=mean - HALF_WIDTH_SDS * sd if lower is None else lower,
        upper=mean + HALF_WIDTH_SDS * sd if upper is None else upper,
    )
    if not summary.lower <= summary.median <= summary.upper:
        text = "An interval starts below its median and ends above it."
        raise BadCell(text, column="lower", code="out_of_order")
    return Member(method=row.text("method"), summary=summary)


def _ensemble(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    found = ensemble_of([_member(row) for row in rows])
    mixture = found.mixture
    yield {
        "methods": len(found.members),
        "mean": mixture.mean,
        "sd": mixture.sd,
        "median": mixture.median,
        "lower": mixture.lower,
        "upper": mixture.upper,
        "within_sd": found.within_sd,
        "between_sd": found.between_sd,
        "between_share": found.between_share,
        "lowest": found.lowest.summary.mean,
        "lowest_method": found.lowest.method,
        "highest": found.highest.summary.mean,
        "highest_method": found.highest.method,
    }


CALCULATION = Calculation(
    name="ensemble",
    summary="The equal mixture of several methods on the same ground, and the spread between them.",
    formula=(
        "mean of the means; sd^2 = mean of sd_i^2 + variance of the means (n); between_sd with "
        "n - 1; quantiles of the mixture of two-sided normals, of logarithms where above 0"
    ),
    sources=(Source(text="Law of total variance; rule of this project for the quantiles"),),
    tables=(
        Table(
            name="in",
            meaning="one row a method; all in one unit and of one quantity in each group",
            columns=(
                Column(
                    name="group",
                    meaning="plot or treatment and quantity; rows with the same belong together",
                    kind="text",
                    is_required=False,
                    default="",
                    aliases=("plot", "treatment"),
                ),
                Column(name="method", meaning="name of the method", kind="text"),
                Column(name="mean", meaning="its mean"),
                Column(name="sd", meaning="its own standard deviation", lower=0),
                Column(name="median", meaning="its median; blank: the mean", is_required=False),
                Column(name="lower", meaning="2.5 %; blank: mean - 1.96 sd", is_required=False),
                Column(name="upper", meaning="97.5 %; blank: mean + 1.96 sd", is_required=False),
            ),
        ),
    ),
    outputs=(
        Column(name="methods", meaning="number of methods", kind="whole"),
        Column(name="mean", meaning="mean of the methods"),
        Column(name="sd", meaning="standard deviation of the mixture"),
        Column(name="median", meaning="median of the mixture"),
        Column(name="lower", meaning="2.5 % of the mixture"),
        Column(name="upper", meaning="97.5 % of the mixture"),
        Column(name="within_sd", meaning="what the methods say of their own error"),
        Column(name="between_sd", meaning="standard deviation between their means"),
        Column(name="between_share", meaning="share of the variance between methods"),
        Column(name="lowest", meaning="lowest mean"),
        Column(name="lowest_method", meaning="its method", kind="text"),
        Column(name="highest", meaning="highest mean"),
        Column(name="highest_method", meaning="its method", kind="text"),
    ),
    function=each_group(("group",), _ensemble),
)
