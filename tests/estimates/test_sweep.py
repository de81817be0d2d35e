from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from estimates import tasks
from estimates.models import MAX_ATTEMPTS, EstimateRun
from estimates.runs import claims, publish
from estimates.runs.carry_out import complete_run
from estimates.runs.publish import COMPLETE_RUNS
from estimates.runs.sweep import PUBLISH_AGAIN_AFTER, sweep_runs

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def plots(order):
    return list(EstimateRun.objects.of_plots())


def test_a_run_just_published_is_left_alone(order, plots):
    assert sweep_runs(now=order.ordered_at + SECOND) == []


def test_a_run_nobody_took_up_is_published_again(order, plots):
    now = order.ordered_at + PUBLISH_AGAIN_AFTER + SECOND

    assert set(sweep_runs(now=now)) == {run.pk for run in plots}


def test_a_run_is_published_less_often_the_longer_it_waits(order, plots):
    now = order.ordered_at + PUBLISH_AGAIN_AFTER + SECOND
    sweep_runs(now=now)

    assert sweep_runs(now=now + PUBLISH_AGAIN_AFTER + SECOND) == []
    assert sweep_runs(now=now + 2 * PUBLISH_AGAIN_AFTER + SECOND) != []


def test_a_silent_run_is_free_again_when_its_lease_ends(order, plots):
    now = timezone.now()
    claims.take(plots[0].pk, worker="dead", now=now)
    assert sweep_runs(now=now + SECOND) == []

    lost = sweep_runs(now=now + claims.LEASE + SECOND)

    assert plots[0].pk in lost
    plots[0].refresh_from_db()
    assert (plots[0].state, plots[0].claim) == ("queued", None)
    assert complete_run(plots[0].pk, worker="alive")


def test_a_run_that_silences_every_worker_is_given_up(order, plots):
    now = timezone.now()
    for _ in range(MAX_ATTEMPTS):
        assert claims.take(plots[0].pk, worker="host-2", now=now)
        now += claims.LEASE + SECOND

    sweep_runs(now=now)

    plots[0].refresh_from_db()
    assert plots[0].failure_code == "given_up"
    assert "host-2 was last heard of" in plots[0].failure_reason
    assert "fell silent" in plots[0].failure_reason


def test_a_summary_is_published_only_when_its_plots_are_finished(order, plots):
    later = timezone.now() + dt.timedelta(hours=1)
    summary = EstimateRun.objects.get(is_summary=True)
    assert summary.pk not in sweep_runs(now=later)
    for run in plots[:-1]:
        complete_run(run.pk, worker="here")
    claim = claims.take(plots[-1].pk, worker="here", now=timezone.now())
    EstimateRun.objects.filter(pk=claim.run.pk).update(
        state="cancelled", claim=None, lease_until=None, finished_at=timezone.now()
    )

    assert sweep_runs(now=later + dt.timedelta(hours=1)) == [summary.pk]


def test_a_message_carries_ids_alone(order, plots, monkeypatch):
    sent = []
    monkeypatch.setattr(
        publish.current_app, "send_task", lambda name, **given: sent.append((name, given))
    )

    publish.publish([plots[0].pk])

    assert sent[0][0] == COMPLETE_RUNS == tasks.complete_runs.name
    assert sent[0][1]["kwargs"] == {"run_ids": [str(plots[0].pk)]}


def test_a_silent_broker_stops_no_order(order, plots, monkeypatch):
    def silent(*_args, **_kwargs):
        raise publish.OperationalError("no answer")

    monkeypatch.setattr(publish.current_app, "send_task", silent)

    assert publish.publish([run.pk for run in plots]) == 0


def test_the_task_completes_the_runs_it_is_told_and_no_other(order, plots):
    tasks.complete_runs(run_ids=[str(run.pk) for run in plots[:2]])

    done = EstimateRun.objects.filter(state="succeeded")
    assert {run.pk for run in done} == {run.pk for run in plots[:2]}


def test_the_command_sweeps_once(order, plots, capsys, monkeypatch):
    monkeypatch.setattr(publish.current_app, "send_task", lambda *_args, **_given: None)
    EstimateRun.objects.update(published_at=timezone.now() - dt.timedelta(hours=1))

    call_command("sweep")

    assert "runs: 4" in capsys.readouterr().out
