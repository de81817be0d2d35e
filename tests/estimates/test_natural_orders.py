"""Orders by natural abundance, on delta values of soil, reference and roots."""

from __future__ import annotations

import pytest
from django.utils import timezone

from estimates.models import EstimateRun
from estimates.orders import Wish, order_estimates
from estimates.runs.carry_out import complete_run
from sampling.models import Specimen
from tests.estimates.test_cleaning_orders import release, variable
from tests.estimates.trial import plant, store, synced


@pytest.fixture
def maize(bare_trial, study):
    """Return a plot of maize on soil that grew C3 plants, its top layer analysed."""
    plant(bare_trial, study, plots=1, cores=1)
    captured = synced(bare_trial.campaign, captured=True)
    top = bare_trial.segments[0]
    soil = Specimen(**captured, core_segment=top, code="RF-SOIL", kind="soil")
    store([soil])
    values = {
        "delta13c": (soil, -24.8, "permil VPDB"),
        "delta13c_reference": (soil, -27.0, "permil VPDB"),
        "bulk_density": (soil, 1.2, "g/cm3"),
        "delta13c_clean_root": (bare_trial.specimens[0], -12.0, "permil VPDB"),
    }
    for analyte, (specimen, value, unit) in values.items():
        release(bare_trial, specimen, variable(bare_trial, analyte, analyte, unit), value)
    release(bare_trial, soil, bare_trial.carbon, 1.0)
    bare_trial.soil = soil
    return bare_trial


def ordered(trial, analyst, **options):
    wish = Wish(plots=[trial.plots[0].pk], methods=["natural_abundance"], options=options)
    order = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())
    run = EstimateRun.objects.of_plots().get(order=order)
    complete_run(run.pk, worker="here")
    run.refresh_from_db()
    return run


def test_the_new_carbon_of_a_plot_is_a_result(maize, analyst):
    """By hand: 2.2 / 15 of .01 x 1.2 x 30 x 10,000 = 3600 g C m-2 is 528."""
    run = ordered(maize, analyst, crop_years=12)

    assert run.state == "succeeded", run.failure_reason
    found = run.results.get(quantity="new_soil_c", level="plot")
    assert (found.mean, found.unit) == (pytest.approx(528.0, abs=0.1), "g m-2")
    assert found.lower < found.mean < found.upper
    used = set(run.inputs.filter(kind="determination").values_list("record", flat=True))
    assert {row.pk for row in maize.soil.determinations.all()} <= used


def test_without_the_years_it_fails_by_name(maize, analyst):
    run = ordered(maize, analyst)

    assert run.failure_code == "not_enough_data"
    assert "crop_years" in run.failure_reason
