"""Small campaigns of plain values for the tests of science."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

from estimates.science.geometry import core_area_cm2
from estimates.science.inputs import Core, Options, Plot, RootMass
from estimates.science.measured_cores import estimate_plot
from estimates.science.parameters import ParameterSet, load_parameter_set

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
PARAMETER_FILE = ROOT / "estimates" / "parameter_sets" / "measured_cores_2026_1.json"

INCH_AND_A_HALF_CM2 = core_area_cm2(3.81)


def parameter_set(**distributions) -> ParameterSet:
    """Return the set of the project, with other distributions under some keys."""
    known = load_parameter_set(PARAMETER_FILE.read_text(encoding="utf-8"))
    changed = {key.replace("__", "."): value for key, value in distributions.items()}
    return dataclasses.replace(
        known,
        numbers=tuple(
            dataclasses.replace(
                number, distribution=changed[number.key], value=changed[number.key].mean
            )
            if number.key in changed
            else number
            for number in known.numbers
        ),
    )


def root(upper=0.0, lower=10.0, mass=1.0, **others) -> RootMass:
    """Return a root fraction of a core of 100 cm2: 1 g is 100 g per m2."""
    given = {"area_cm2": 100.0, "washed_mass_g": mass} | others
    return RootMass(upper_depth_cm=upper, lower_depth_cm=lower, **given)


def core(key="c1", *layers, **others) -> Core:
    return Core(key=key, layers=layers or (root(),), **others)


def plot(*cores, key="p1", **others) -> Plot:
    return Plot(key=key, cores=cores or (core(),), **others)


def options(**others) -> Options:
    """Return options that leave the washed mass as it is, unless told otherwise."""
    return Options(**({"seed": 1, "washing_loss": None} | others))


def estimate(the_plot, *, parameters=None, **others):
    return estimate_plot(
        the_plot, parameters=parameters or parameter_set(), options=options(**others)
    )


def codes(result):
    return {note.code for note in result.notes}


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, whatever ends its lines."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.DictReader(io.StringIO(text)))
