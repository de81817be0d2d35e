"""Orders carried out by real workers, over a real broker, while things break."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from estimates.models import HELD_STATES, EstimateRun
from estimates.orders import Wish, order_estimates
from rootfield.children import start_child
from rootfield.embedded import BASE_DIR, start_redis
from tests.estimates.trial import plant

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.slow,
]

PLOTS = 10
LONGEST_S = 60.0


class Plant:
    """A broker, workers and a sweeper of this test's own, on the test's database."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.directory = Path(tempfile.mkdtemp(prefix="rf-workers-"))
        stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.start_broker()

    def start_broker(self):
        self.broker, self.url = start_redis(self.directory, self.directory)
        self.stack.callback(self.broker.stop)

    def stop_broker(self):
        self.broker.process.kill()
        self.broker.process.wait()

    def start_worker(self, name):
        celery = [sys.executable, "-m", "celery", "-A", "rootfield", "worker", "--pool=solo"]
        return self.start(name, [*celery, "-Q", "estimates", "-n", f"{name}@here"])

    def start_sweeper(self):
        manage = [sys.executable, "manage.py", "sweep", "--forever", "--every=0.3"]
        return self.start("sweeper", manage)

    def start(self, name, command):
        log = self.directory / f"{name}.log"
        child = start_child(name, command, log=log, directory=BASE_DIR)
        self.stack.callback(child.stop)
        return child


@pytest.fixture
def works(monkeypatch, transactional_db):
    with ExitStack() as stack:
        own = Plant(stack)
        database = urlsplit(os.environ["DATABASE_URL"])
        path = f"/{connection.settings_dict['NAME']}"
        monkeypatch.setenv("DATABASE_URL", database._replace(path=path).geturl())
        monkeypatch.setenv("REDIS_URL", own.url)
        yield own


@pytest.fixture
def runs(bare_trial, study, analyst, monkeypatch):
    """Return the runs of an order whose messages were all lost."""
    monkeypatch.setattr("estimates.orders.place.publish", lambda run_ids: 0)
    plant(bare_trial, study, plots=PLOTS, cores=1)
    order_estimates(bare_trial.campaign, Wish(), ordered_by=analyst, now=timezone.now())
    time_passes()
    return EstimateRun.objects.all()


def time_passes():
    """Let every lease end and every message be long overdue."""
    past = timezone.now() - timedelta(hours=1)
    EstimateRun.objects.filter(state="queued").update(published_at=past)
    EstimateRun.objects.filter(state__in=HELD_STATES).update(lease_until=past, published_at=past)


def wait(child, is_so, what):
    deadline = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < deadline, f"still waiting for {what}:\n{child.log_tail()}"
        time.sleep(0.01)


def assert_all_stored_once(runs):
    assert {run.state for run in runs.all()} == {"succeeded"}
    plots = runs.of_plots().annotate(found=Count("results", distinct=True))
    assert {run.found for run in plots} == {9}
    assert runs.count() == PLOTS + 1


def test_a_killed_worker_loses_no_run_and_doubles_none(works, runs):
    doomed = works.start_worker("doomed")
    sweeper = works.start_sweeper()
    held = runs.filter(state__in=HELD_STATES, worker="doomed@here", steps_done__lt=3)
    wait(doomed, lambda: runs.filter(state="succeeded").count() >= 2, "the first runs")

    wait(doomed, held.exists, "a run in the hands of the worker")
    doomed.process.send_signal(signal.SIGKILL)
    doomed.process.wait()
    heir = works.start_worker("heir")
    time_passes()

    wait(heir, lambda: not runs.active().exists(), "the rest")
    assert_all_stored_once(runs)
    assert {"doomed@here", "heir@here"} == set(runs.values_list("worker", flat=True))
    assert sweeper.is_running


def test_a_broker_that_forgets_everything_loses_no_run_and_doubles_none(works, runs):
    worker = works.start_worker("patient")
    sweeper = works.start_sweeper()
    wait(worker, lambda: runs.filter(state="succeeded").count() >= 2, "the first runs")

    works.stop_broker()
    time.sleep(0.5)
    works.start_broker()
    time_passes()

    wait(worker, lambda: not runs.active().exists(), "the rest")
    assert_all_stored_once(runs)
    assert worker.is_running
    assert sweeper.is_running
