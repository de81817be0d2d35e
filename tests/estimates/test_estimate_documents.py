"""Estimates of plots as they are stored: what comes back is what went in, of older runs too."""

from __future__ import annotations

import dataclasses
import json

from estimates.runs.findings import plot_estimate, plot_results
from estimates.science.inputs import Endmember, Measured, NaturalLayer
from estimates.science.natural_cores import estimate_natural
from estimates.science.tracer_layers import Concentration, Density, Reference
from tests.science.builders import options, parameter_set, plot

LAYER = NaturalLayer(
    upper_depth_cm=0.0,
    lower_depth_cm=15.0,
    soil=Measured(value=-24.8, uncertainty=0.1),
    reference=Reference(value=-27.0),
    element_g_per_g=Concentration(value=0.02),
    bulk_density_g_cm3=Density(value=1.2),
)


def soil_alone():
    """Return the estimate of a plot without roots: its quantities of roots are None."""
    the_plot = dataclasses.replace(
        plot(),
        cores=(),
        natural=(LAYER,),
        crop_root=Endmember(delta13c=Measured(value=-12.0, uncertainty=0.2)),
        delta13c_scales=("VPDB",),
    )
    return estimate_natural(the_plot, parameters=parameter_set(), options=options(crop_years=9))


def test_what_was_stored_comes_back_and_older_runs_are_read():
    estimate = soil_alone()
    document = json.loads(json.dumps(dataclasses.asdict(estimate)))
    older = json.loads(json.dumps(document))
    for component in older["components"]:
        component["c"] = component.pop("amount")
        for name in ("upper_depth_cm", "lower_depth_cm", "budget"):
            component.pop(name)
    older.pop("refused")

    again, before = plot_estimate(document), plot_estimate(older)

    assert again == estimate
    assert [item.amount for item in before.components] == [
        item.amount for item in estimate.components
    ]
    assert before.refused == ()


def test_quantities_without_an_estimate_have_no_row():
    rows = plot_results(soil_alone(), method="natural_abundance")

    assert {row.quantity for row in rows} == {"new_soil_c", "new_soil_c_limit"}
    assert {row.level for row in rows} == {"plot", "layer"}
    assert all(row.mean > 0 for row in rows)
