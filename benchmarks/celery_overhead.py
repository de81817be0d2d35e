"""1,000 estimate runs through Celery and Redis against the same runs in one process.

Five rounds of 200 runs, in orders of 25 plots. The same plots are ordered twice, once carried out
in this process, once by one worker process, in turn, so that both sides meet the same machine; the
seconds of a round are compared. Reading, computing, drawing and storing are part of both sides.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django

from benchmarks._world import RUNS, report
from rootfield.children import Child, start_child
from rootfield.embedded import BASE_DIR, embedded_services

ORDERS_A_ROUND = 8
PLOTS_AN_ORDER = 25
LONGEST_S = 1800.0
UNIT = "seconds through Celery over seconds in process"


def main() -> None:
    """Print one JSON line with the median ratio of five rounds."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rootfield-bench-")))
        home.chmod(0o755)
        services = stack.enter_context(embedded_services(home))
        os.environ.update(services.environment())
        os.environ["ROOTFIELD_DATA_DIR"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "rootfield.settings"
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], check=True, cwd=BASE_DIR
        )
        django.setup()
        work = importlib.import_module("benchmarks._plots")  # its models need Django set up
        campaign, plots = work.found_plots(PLOTS_AN_ORDER)
        worker = start_child(
            "worker",
            [sys.executable, "-m", "celery", "-A", "rootfield", "worker", "--concurrency=1"],
            log=home / "worker.log",
            directory=BASE_DIR,
        )
        stack.callback(worker.stop)
        warm = work.order_quietly(campaign, plots[:4])
        work.complete_here(warm[:2])
        through_celery(work, warm[2:], worker)
        ratios = [one_round(work, campaign, plots, worker) for _ in range(RUNS)]
        report("celery_overhead", ratios, UNIT)


def one_round(work: Any, campaign: Any, plots: Any, worker: Child) -> float:
    """Return the seconds through Celery over those in this process."""
    here_s = there_s = 0.0
    for _ in range(ORDERS_A_ROUND):
        here, there = (work.order_quietly(campaign, plots) for _ in range(2))
        start = time.perf_counter()
        work.complete_here(here)
        middle = time.perf_counter()
        through_celery(work, there, worker)
        here_s += middle - start
        there_s += time.perf_counter() - middle
    return there_s / here_s


def through_celery(work: Any, runs: Any, worker: Child) -> None:
    """Publish runs and return when all are finished."""
    work.send(runs)
    worker.wait_until(lambda: work.unfinished(runs) == 0, timeout_s=LONGEST_S)


if __name__ == "__main__":
    main()
