from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from estimates.models import EstimateResult, EstimateRun
from estimates.orders import Wish, cancel_order, order_estimates
from estimates.runs.carry_out import complete_run
from estimates.runs.stale import refresh_stale
from sampling.models import Determination
from tests.estimates.conftest import complete
from tests.estimates.trial import HARVEST, change, determine, plant, sample


def refresh():
    return refresh_stale(now=timezone.now())


def run_of(plot, generation=0):
    return EstimateRun.objects.get(plot=plot, generation=generation)


def supersede(trial, old, value):
    Determination.objects.filter(pk=old.pk).update(state="superseded", version=old.version + 1)
    return determine(trial, old.specimen, value, supersedes=old)


def test_nothing_is_stale_when_nothing_changed(trial, finished):
    assert refresh() == []
    assert refresh() == []
    assert not EstimateRun.objects.filter(is_stale=True).exists()


def test_a_changed_mass_makes_its_plot_stale_with_the_cause(trial, finished):
    fraction = trial.fractions_of(trial.plots[0])[0]
    change(fraction, dry_mass_g=0.7)

    created = refresh()

    old = run_of(trial.plots[0])
    assert old.is_stale
    assert f"root fraction {fraction.pk} changed from revision 1 to 2" in old.stale_cause
    assert created == [run_of(trial.plots[0], 1).pk]
    assert not run_of(trial.plots[1]).is_stale


def test_a_recomputation_keeps_options_seed_and_parameter_set(trial, finished):
    change(trial.fractions_of(trial.plots[0])[0], dry_mass_g=0.7)
    refresh()
    old, new = run_of(trial.plots[0]), run_of(trial.plots[0], 1)

    assert new.order == old.order
    assert new.parameter_set == old.parameter_set
    assert (new.cause, new.cause_text) == ("recomputed", old.stale_cause)
    assert new.supersedes == old


def test_old_results_stay_readable_until_the_new_ones_are_there(trial, finished):
    change(trial.fractions_of(trial.plots[0])[0], dry_mass_g=0.7)
    created = refresh()
    stocks = EstimateResult.objects.filter(
        level="plot", quantity="root_c_stock", run__plot=trial.plots[0]
    )
    before = stocks.current().get()

    complete_run(created[0], worker="here")

    assert stocks.current().get().mean > before.mean
    assert stocks.count() == 2


def test_a_corrected_determination_recomputes_once_with_the_new_value(trial, finished):
    old = trial.determinations[0]
    new = supersede(trial, old, 45.0)

    created = refresh()
    again = refresh()
    complete_run(created[0], worker="here")

    assert again == []
    cause = run_of(trial.plots[0]).stale_cause
    assert f"determination {old.pk} is no longer used" in cause
    assert f"determination {new.pk} is new" in cause
    used = run_of(trial.plots[0], 1).inputs.filter(kind="determination")
    assert new.pk in set(used.values_list("record", flat=True))


def test_many_changes_before_a_worker_comes_cause_one_recomputation(trial, finished):
    for determination in trial.determinations[:6]:
        supersede(trial, determination, 44.0)
        refresh()

    assert EstimateRun.objects.filter(plot=trial.plots[0]).count() == 2


def test_a_change_during_a_recomputation_is_answered_by_another(trial, finished):
    fraction = trial.fractions_of(trial.plots[0])[0]
    change(fraction, dry_mass_g=0.7)
    created = refresh()
    complete_run(created[0], worker="here")
    change(fraction, dry_mass_g=0.8)

    refresh()

    assert run_of(trial.plots[0], 2).supersedes == run_of(trial.plots[0], 1)


def test_a_new_core_makes_its_plot_stale(trial, finished):
    (core,) = sample(trial, [trial.plots[2]], cores=1, on=HARVEST + dt.timedelta(days=1))

    refresh()

    assert run_of(trial.plots[2]).is_stale
    assert "is new" in run_of(trial.plots[2]).stale_cause
    assert core.pk in {
        item.record for item in complete_and_get(trial.plots[2]).inputs.filter(kind="soil_core")
    }


def complete_and_get(plot):
    run = run_of(plot, 1)
    complete_run(run.pk, worker="here")
    return run


def test_a_withdrawn_core_makes_its_plot_stale(trial, finished):
    core = trial.cores[0]
    change(core, voided_at=timezone.now())

    refresh()

    assert f"soil core {core.pk} is no longer used" in run_of(trial.plots[0]).stale_cause


def test_a_result_put_on_hold_is_no_longer_used(trial, finished):
    old = trial.determinations[0]
    Determination.objects.filter(pk=old.pk).update(is_on_hold=True, version=2)

    refresh()

    assert f"determination {old.pk} is no longer used" in run_of(trial.plots[0]).stale_cause


def test_a_plot_that_failed_is_tried_again_when_its_data_come(trial, order):
    fractions = trial.fractions_of(trial.plots[0])
    for fraction in fractions:
        change(fraction, dry_mass_g=None, dry_mass_reason="not_recorded")
    complete(order)
    assert run_of(trial.plots[0]).state == "failed"
    for fraction in fractions:
        change(fraction, dry_mass_g=0.5, dry_mass_reason="")

    (created,) = refresh()
    complete_run(created, worker="here")

    assert run_of(trial.plots[0], 1).state == "succeeded"


def test_a_recomputed_plot_makes_its_summary_again(trial, finished):
    change(trial.fractions_of(trial.plots[0])[0], dry_mass_g=0.7)

    (created,) = refresh()
    complete_run(created, worker="here")

    summaries = EstimateRun.objects.filter(is_summary=True).order_by("generation")
    assert [run.state for run in summaries] == ["succeeded", "succeeded"]
    assert summaries[0].is_stale
    means = EstimateResult.objects.filter(
        level="treatment", quantity="root_c_stock", treatment=trial.plots[0].treatment
    ).order_by("run__generation")
    assert means[1].mean > means[0].mean
    assert means.current().get() == means[1]


def test_a_cancelled_order_is_not_computed_again(trial, order, analyst):
    complete_run(EstimateRun.objects.of_plots().first().pk, worker="here")
    cancel_order(order, cancelled_by=analyst, now=timezone.now())
    for fraction in trial.fractions:
        change(fraction, note="seen again")

    assert refresh() == []


def test_an_order_whose_ledger_stands_still_costs_four_queries(finished, django_assert_num_queries):
    refresh()

    with django_assert_num_queries(4):
        refresh()


def test_the_queries_of_a_check_do_not_grow_with_the_plots(
    bare_trial, study, analyst, django_assert_max_num_queries
):
    plant(bare_trial, study, plots=4, cores=1)
    counts = []
    for number in (1, 4):
        wish = Wish(plots=[plot.pk for plot in bare_trial.plots[:number]])
        order = order_estimates(bare_trial.campaign, wish, ordered_by=analyst, now=timezone.now())
        complete(order)
        refresh()
        for fraction in bare_trial.fractions:
            change(fraction, note=f"looked at again for {number}")
        with django_assert_max_num_queries(120) as captured:
            refresh()
        counts.append(len(captured))
        cancel_order(order, cancelled_by=analyst, now=timezone.now())

    assert counts[1] <= counts[0]


@pytest.mark.parametrize("kind", ["crop_stand", "plot"])
def test_a_change_of_the_setting_makes_plots_stale(trial, finished, kind):
    plot = trial.plots[3]
    record = plot if kind == "plot" else plot.stands.get()
    change(record, note="corrected")

    refresh()

    assert f"{kind.replace('_', ' ')} {record.pk} changed" in run_of(plot).stale_cause
