"""Finds the calculations: each module of `catalogue` declares one as CALCULATION."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from estimates.calculations import catalogue
from estimates.calculations.declaration import Calculation


class UnknownCalculation(KeyError):
    """No calculation has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@functools.cache
def calculations() -> Mapping[str, Calculation]:
    """Return every calculation by its name, in alphabetical order."""
    modules = [
        importlib.import_module(f"{catalogue.__name__}.{found.name}")
        for found in pkgutil.iter_modules(catalogue.__path__)
    ]
    found = sorted((module.CALCULATION for module in modules), key=lambda each: each.name)
    return MappingProxyType({calculation.name: calculation for calculation in found})


def calculation_named(name: str) -> Calculation:
    """Return a calculation; raises UnknownCalculation, with what may have been meant."""
    known = calculations()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownCalculation(f"There is no calculation {name}.{hint} `calc list` names all.")
    return known[name]
