from __future__ import annotations

import datetime as dt
import random
import threading

import pytest
from django.db import connection
from django.utils import timezone

from estimates.models import (
    MAX_ATTEMPTS,
    EstimateFigure,
    EstimateInput,
    EstimateResult,
    EstimateRun,
)
from estimates.orders import Wish, cancel_order, order_estimates
from estimates.runs import carry_out, claims, reading
from estimates.runs.carry_out import complete_run
from estimates.runs.chunks import complete_chunk
from estimates.runs.sweep import sweep_runs
from sampling.models import RootFraction
from tests.estimates.conftest import complete
from tests.estimates.trial import change, plant, store

NUMBERS = ("quantity", "level", "upper_depth_cm", "mean", "sd", "median", "lower", "upper")


def numbers(order):
    """Return every number an order found, in an order that does not depend on ids."""
    rows = EstimateResult.objects.filter(run__order=order)
    keys = ("run__plot__code", "treatment__code", *NUMBERS)
    return sorted(rows.values_list(*keys), key=str)


def drawings(order):
    return sorted(EstimateFigure.objects.filter(run__order=order).values_list("svg", flat=True))


@pytest.fixture
def run(order):
    return EstimateRun.objects.of_plots().first()


def later(seconds):
    return timezone.now() + dt.timedelta(seconds=seconds)


def test_a_finished_run_holds_numbers_lineage_and_a_drawing(finished, trial):
    run = EstimateRun.objects.get(plot=trial.plots[0])

    assert run.state == "succeeded"
    assert set(run.results.values_list("level", "quantity")) == {
        ("plot", "root_c_stock"),
        ("plot", "c_input"),
        ("plot", "root_c_input"),
        ("plot", "rhizodeposit_c_input"),
        ("plot", "standing_c_input"),
        ("plot", "turnover_c_input"),
        ("layer", "root_c_stock"),
    }
    used = set(run.inputs.filter(kind="root_fraction").values_list("record", flat=True))
    assert used == {fraction.pk for fraction in trial.fractions_of(trial.plots[0])}
    assert run.inputs.filter(kind="determination").count() == 6
    assert run.figures.get().svg.startswith("<?xml")
    assert run.code_version.startswith("science-")
    assert run.steps_done == run.steps_total


def test_the_stock_of_a_plot_is_that_of_a_hand_calculation(trial, analyst):
    wish = Wish(plots=[trial.plots[0].pk], options={"washing_loss": None})
    order = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())

    complete(order)

    # two cores of 6 cm: 0.52 + 0.21 + 0.08 = 0.81 g, the second 5 % more; 41 % C;
    # area 28.2743 cm2: (0.81 + 0.8505) / 2 / 28.2743 * 10 000 * 0.41
    stock = EstimateResult.objects.get(level="plot", quantity="root_c_stock")
    assert stock.mean == pytest.approx(120.39, rel=0.005)


def test_completing_a_run_twice_stores_it_once(run):
    outcomes = [complete_run(run.pk, worker="here") for _ in range(2)]

    assert outcomes == [True, False]
    assert run.results.count() == 9


def test_two_workers_cannot_claim_one_run(run):
    first = claims.take(run.pk, worker="one", now=timezone.now())
    second = claims.take(run.pk, worker="two", now=timezone.now())

    assert first is not None
    assert second is None


def test_a_worker_that_lost_its_claim_stores_nothing(run, monkeypatch):
    computed = carry_out.plot_results

    def taken_over(*args, **kwargs):
        EstimateRun.objects.filter(pk=run.pk).update(lease_until=later(-1))
        assert complete_run(run.pk, worker="other")
        return computed(*args, **kwargs)

    with monkeypatch.context() as patch:
        calls = iter([taken_over, computed])

        def results(*args, **kwargs):
            return next(calls)(*args, **kwargs)

        patch.setattr(carry_out, "plot_results", results)
        stored = complete_run(run.pk, worker="slow")

    assert stored is False
    run.refresh_from_db()
    assert run.worker == "other"
    assert run.results.count() == 9


def test_a_run_cancelled_under_way_stores_nothing(run, analyst, monkeypatch):
    computed = carry_out.plot_results

    def cancelled(*args, **kwargs):
        cancel_order(run.order, cancelled_by=analyst, now=timezone.now())
        return computed(*args, **kwargs)

    monkeypatch.setattr(carry_out, "plot_results", cancelled)

    assert complete_run(run.pk, worker="here") is False
    assert not EstimateResult.objects.exists()


def test_a_step_of_a_cancelled_run_ends_the_work(run, analyst, monkeypatch):
    assembled = reading.assemble

    def cancelled(*args, **kwargs):
        cancel_order(run.order, cancelled_by=analyst, now=timezone.now())
        return assembled(*args, **kwargs)

    monkeypatch.setattr(reading, "assemble", cancelled)

    assert complete_run(run.pk, worker="here") is False
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_an_unexpected_error_gives_the_run_back_with_its_reason(run, monkeypatch):
    monkeypatch.setattr(reading, "assemble", broken)

    with pytest.raises(ZeroDivisionError):
        complete_run(run.pk, worker="here")

    run.refresh_from_db()
    assert (run.state, run.attempt) == ("queued", 1)
    assert run.last_error == "ZeroDivisionError: out of soil"


def broken(*_args, **_kwargs):
    raise ZeroDivisionError("out of soil")


def test_a_run_that_always_breaks_is_given_up_with_a_reason_to_act_on(run, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(reading, "assemble", broken)
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(ZeroDivisionError):
                complete_run(run.pk, worker="host-1")
    assert complete_run(run.pk, worker="host-1") is False

    sweep_runs(now=timezone.now())

    run.refresh_from_db()
    assert run.state == "failed"
    assert run.failure_code == "given_up"
    assert "No worker finished this estimate in 5 attempts; host-1" in run.failure_reason
    assert "ZeroDivisionError: out of soil" in run.failure_reason
    assert "order it again" in run.failure_reason


def test_too_little_data_fails_with_a_reason_and_no_number(trial, order):
    plot = trial.plots[0]
    for fraction in trial.fractions_of(plot):
        change(fraction, dry_mass_g=None, dry_mass_reason="lost")

    complete(order)

    run = EstimateRun.objects.get(plot=plot)
    assert run.state == "failed"
    assert run.failure_code == "not_enough_data"
    assert "no root mass" in run.failure_reason
    assert not run.results.exists()
    assert run.inputs.filter(kind="root_fraction").count() == 6


def test_a_plot_without_a_core_fails_with_a_reason(bare_trial, study, analyst):
    plant(bare_trial, study, plots=2, cores=1)
    for core in bare_trial.cores:
        change(core, voided_at=timezone.now())
    order = order_estimates(bare_trial.campaign, Wish(), ordered_by=analyst, now=timezone.now())

    complete(order)

    codes = EstimateRun.objects.of_plots().values_list("failure_code", flat=True)
    assert set(codes) == {"not_enough_data"}
    summary = EstimateRun.objects.get(is_summary=True)
    assert (summary.state, summary.failure_code) == ("failed", "not_enough_data")
    assert summary.failure_reason == "None of 2 plots has an estimate; the run of each says why."
    assert [plot["code"] for plot in summary.details["left_out"]] == ["not_enough_data"] * 2


def test_a_withdrawn_plot_fails_with_a_reason(trial, order):
    change(trial.plots[0], voided_at=timezone.now())

    complete(order)

    run = EstimateRun.objects.get(plot=trial.plots[0])
    assert run.failure_code == "plot_withdrawn"
    assert "P001 was withdrawn" in run.failure_reason


def test_whoever_finishes_the_last_plot_makes_the_summary(order):
    runs = list(EstimateRun.objects.of_plots())
    for run in runs[:-1]:
        complete_run(run.pk, worker="one")
    summary = EstimateRun.objects.get(is_summary=True)
    assert summary.state == "queued"

    complete_run(runs[-1].pk, worker="two")

    summary.refresh_from_db()
    assert (summary.state, summary.worker) == ("succeeded", "two")
    assert summary.results.filter(level="treatment").count() == 4
    assert summary.figures.get().name == "intervals"
    assert summary.inputs.filter(kind="estimate_run").count() == 4


def test_a_summary_waits_for_its_plots(order):
    summary = EstimateRun.objects.get(is_summary=True)

    assert complete_run(summary.pk, worker="here") is False


def test_a_summary_names_the_plots_it_leaves_out(trial, order):
    change(trial.plots[0], voided_at=timezone.now())

    complete(order)

    summary = EstimateRun.objects.get(is_summary=True)
    assert [plot["code"] for plot in summary.details["left_out"]] == ["plot_withdrawn"]
    assert summary.details["plots"] == 3


def test_the_order_of_work_changes_no_byte(trial, analyst):
    orders = [
        order_estimates(trial.campaign, Wish(seed=3), ordered_by=analyst, now=timezone.now())
        for _ in range(3)
    ]
    for number, order in enumerate(orders):
        runs = list(EstimateRun.objects.filter(order=order).of_plots().order_by("plot__code"))
        random.Random(number).shuffle(runs)
        for chunk in (runs[: number + 1], runs[number + 1 :]):
            complete_chunk([run.pk for run in chunk], worker=f"worker-{number}")

    assert numbers(orders[0]) == numbers(orders[1]) == numbers(orders[2])
    assert drawings(orders[0]) == drawings(orders[1]) == drawings(orders[2])
    digests = EstimateRun.objects.of_plots().values_list("plot", "input_sha256").distinct()
    assert len(digests) == len(trial.plots)


def test_another_seed_gives_other_draws(trial, analyst):
    orders = [
        order_estimates(trial.campaign, Wish(seed=seed), ordered_by=analyst, now=timezone.now())
        for seed in (1, 2)
    ]
    for order in orders:
        complete(order)

    assert numbers(orders[0]) != numbers(orders[1])


def test_one_run_of_a_plot_alone_has_the_numbers_of_the_campaign(trial, finished, analyst):
    alone = order_estimates(
        trial.campaign,
        Wish(plots=[trial.plots[2].pk], seed=finished.seed),
        ordered_by=analyst,
        now=timezone.now(),
    )
    complete(alone)

    of_plot = [row for row in numbers(finished) if row[0] == trial.plots[2].code]
    assert [row for row in numbers(alone) if row[0]] == of_plot


def test_the_queries_of_a_run_do_not_grow_with_its_cores(
    bare_trial, study, analyst, django_assert_max_num_queries
):
    counts = []
    for cores in (1, 6):
        plant(bare_trial, study_like(study, cores), plots=1, cores=cores)
        order = order_estimates(
            bare_trial.campaign,
            Wish(plots=[bare_trial.plots[-1].pk]),
            ordered_by=analyst,
            now=timezone.now(),
        )
        run = EstimateRun.objects.filter(order=order).of_plots().get()
        with django_assert_max_num_queries(60) as captured:
            complete_run(run.pk, worker="here")
        counts.append(len(captured))

    assert counts[1] <= counts[0]


def study_like(study, number):
    twin = type(study).objects.get(pk=study.pk)
    twin.pk, twin.code = None, f"{study.code}-{number}"
    twin.id = type(study)._meta.pk.get_default()
    store([twin])
    return twin


@pytest.mark.django_db(transaction=True)
def test_a_worker_renews_its_lease_while_it_works(order):
    run = EstimateRun.objects.of_plots().first()
    start = timezone.now()
    claim = claims.take(run.pk, worker="here", now=start)
    beaten = threading.Event()

    def clock():
        beaten.set()
        return start + dt.timedelta(minutes=5)

    with claims.kept_alive(claim, clock=clock, every=dt.timedelta(milliseconds=10)):
        assert beaten.wait(10)
        threading.Event().wait(0.1)

    run.refresh_from_db()
    assert run.lease_until == start + dt.timedelta(minutes=5) + claims.LEASE
    connection.close()


def test_a_lost_claim_is_not_renewed(run):
    claim = claims.take(run.pk, worker="here", now=timezone.now())
    EstimateRun.objects.filter(pk=run.pk).update(state="queued", claim=None, lease_until=None)

    assert claims.beat(claim, now=timezone.now()) is False
    assert claims.give_back(claim, error=ValueError("late")) is False


def test_inputs_name_the_revision_that_was_read(trial, order):
    fraction = trial.fractions_of(trial.plots[0])[0]
    change(fraction, dry_mass_g=0.6)

    complete(order)

    used = EstimateInput.objects.get(kind="root_fraction", record=fraction.pk)
    assert used.revision == 2 == RootFraction.objects.get(pk=fraction.pk).revision
