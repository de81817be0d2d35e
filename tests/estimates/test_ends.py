"""Stands that end: events of the plot decide what becomes of the standing roots."""

from __future__ import annotations

from datetime import date

import pytest

from estimates.models import EstimateRun
from estimates.runs.stale import find_stale
from sampling.models import CropStand, ManagementEvent
from tests.estimates.test_cleaning_orders import ordered
from tests.estimates.trial import HARVEST, change, codes, inputs_of, plant, store, synced


@pytest.fixture
def one_plot(bare_trial, study):
    plant(bare_trial, study, plots=1, cores=1)
    return bare_trial


def grow(trial, kind, species, **fields):
    stand = CropStand.objects.get(plot=trial.plots[0])
    change(stand, kind=kind, species=species, **fields)
    return stand


def happen(trial, kind, on, precision="day"):
    event = ManagementEvent(
        **synced(trial.campaign, captured=False),
        plot=trial.plots[0],
        kind=kind,
        happened_on=on,
        date_precision=precision,
    )
    store([event])
    return event


def stands_of(trial):
    return inputs_of(trial, trial.plots[0]).plot.stands


def test_a_ley_that_is_ploughed_leaves_its_standing_roots(one_plot, analyst):
    """By hand: a year of a ley leaves T + r of its roots, the year of its end 1 + r."""
    grow(one_plot, "grass", "grass")
    before = ordered(one_plot, analyst, rhizodeposition={"value": 0.5, "uncertainty": 0.0})
    happen(one_plot, "stand_ended", date(2026, 9, 20))

    assert before in find_stale(before.order)
    after = ordered(one_plot, analyst, rhizodeposition={"value": 0.5, "uncertainty": 0.0})

    inputs = [run.details["estimate"]["c_input_nominal_g_m2"] for run in (before, after)]
    assert inputs[1] / inputs[0] == pytest.approx(1.5 / 0.8)
    standing = after.results.get(quantity="standing_c_input")
    stock = after.results.get(quantity="root_c_stock", level="plot")
    assert standing.mean / stock.mean == pytest.approx(0.7, abs=0.01)
    notes = EstimateRun.objects.get(pk=after.pk).details["notes"]
    assert "stand_ended" in {note["code"] for note in notes}


@pytest.mark.parametrize(
    ("on", "precision", "is_terminated"),
    [
        (date(2026, 9, 20), "day", True),
        (date(2027, 4, 2), "day", True),
        (date(2026, 1, 1), "year", False),
        (date(2026, 9, 1), "month", True),
        (date(2026, 9, 20), "unknown", False),
        (date(2027, 10, 1), "day", False),
        (date(2025, 9, 1), "day", False),
    ],
)
def test_a_ley_ends_in_the_year_that_is_reckoned(one_plot, on, precision, is_terminated):
    grow(one_plot, "grass", "grass")
    happen(one_plot, "stand_ended", on, precision)

    assert [stand.is_terminated for stand in stands_of(one_plot)] == [is_terminated]


def test_roots_sampled_after_the_end_are_told(one_plot):
    grow(one_plot, "grass", "grass")
    happen(one_plot, "stand_ended", date(2026, 7, 1))

    assert "sampled_after_end" in codes(inputs_of(one_plot, one_plot.plots[0]))


def test_a_cover_crop_ended_while_it_grows_lost_no_roots(one_plot):
    grow(one_plot, "cover", "phacelia", sown_on=date(2026, 5, 1))

    assert "cover_crop_not_ended" in codes(inputs_of(one_plot, one_plot.plots[0]))
    assert [stand.sampled_at for stand in stands_of(one_plot)] == ["harvest"]
    happen(one_plot, "cover_crop_terminated", date(2026, 9, 1))

    assert [stand.sampled_at for stand in stands_of(one_plot)] == ["peak"]
    told = codes(inputs_of(one_plot, one_plot.plots[0]))
    assert {"cover_crop_ended", "sampled_before_end"} <= told


def test_a_cover_crop_that_was_harvested_is_told_by_its_own_dates(one_plot):
    grow(one_plot, "cover", "phacelia", harvested_on=date(2026, 9, 1))

    assert not {"cover_crop_not_ended", "cover_crop_ended"} & codes(
        inputs_of(one_plot, one_plot.plots[0])
    )


def test_a_cover_crop_that_had_ended_owns_no_roots_of_the_main_crop(one_plot):
    setting = synced(one_plot.campaign, captured=False)
    cover = CropStand(
        **setting, plot=one_plot.plots[0], season=HARVEST.year, kind="cover", species="rye"
    )
    store([cover])
    happen(one_plot, "cover_crop_terminated", date(2026, 4, 1))

    assert [stand.species for stand in stands_of(one_plot)] == ["winter wheat"]


def test_an_end_is_no_end_of_a_crop_with_a_harvest(one_plot):
    happen(one_plot, "stand_ended", date(2026, 8, 20))

    assert [stand.is_terminated for stand in stands_of(one_plot)] == [False]
