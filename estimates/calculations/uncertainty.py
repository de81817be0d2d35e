"""Standard uncertainties of inputs as columns, and what they make of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from estimates.calculations.declaration import Column, Row
from estimates.science.propagation import first_order_uncertainty


def uncertainty_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return a column u_... for each numeric column that is measured."""
    return tuple(
        Column(
            name=f"u_{column.name}",
            meaning=f"standard uncertainty of {column.name}",
            unit=column.unit,
            is_required=False,
            lower=0,
            aliases=tuple(f"u_{alias}" for alias in column.aliases),
            converted=tuple((f"u_{name}", factor) for name, factor in column.converted),
        )
        for column in columns
        if column.kind == "number"
    )


def propagated(function: Callable[[Row], float], row: Row) -> float | None:
    """Return the first-order uncertainty of function(row) from the u_... cells of the row.

    None where no uncertainty was given for a value that is there.
    """
    given = {
        name: row.number(f"u_{name}")
        for name in row.values
        if row.values.get(f"u_{name}") is not None and row.values[name] is not None
    }
    if not given:
        return None

    def at(values: Mapping[str, float]) -> float:
        return function(replace(row, values={**row.values, **values}))

    return first_order_uncertainty(
        at, {name: row.number(name) for name in given}, uncertainties=given
    )
