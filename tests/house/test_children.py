"""Children end with their parent and say why when they die at start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from rootfield.children import ChildDied, start_child
from rootfield.embedded import BASE_DIR

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
PARENT = """
import sys, time
from pathlib import Path
from rootfield.children import start_child
child = start_child("sleeper", ["sleep", "60"], log=Path(sys.argv[1]))
print(child.process.pid, flush=True)
time.sleep(60)
"""


def test_a_child_that_dies_at_start_says_why(tmp_path):
    child = start_child(
        "worker", [sys.executable, "-c", "raise SystemExit('no such queue')"], log=tmp_path / "log"
    )

    with pytest.raises(ChildDied, match=r"worker ended with status 1(.|\n)*no such queue"):
        child.wait_until(lambda: False, timeout_s=20)


def test_a_child_that_stays_silent_is_given_up(tmp_path):
    child = start_child("worker", ["sleep", "60"], log=tmp_path / "log")

    with pytest.raises(ChildDied, match=r"not ready within 0.1 s(.|\n)*its log is empty"):
        child.wait_until(lambda: False, timeout_s=0.1)
    child.stop()

    assert not child.is_running


def test_a_child_that_ignores_the_request_is_killed(tmp_path):
    child = start_child("worker", [sys.executable, "-c", STUBBORN], log=tmp_path / "log")
    child.wait_until(lambda: "up" in child.log_tail(), timeout_s=20)

    child.stop(within_s=0.1)

    assert child.process.returncode == -signal.SIGKILL


def test_stopping_twice_is_harmless(tmp_path):
    child = start_child("worker", ["sleep", "60"], log=tmp_path / "log")

    child.stop()
    child.stop()

    assert child.process.returncode == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death")
def test_a_child_does_not_outlive_a_killed_parent(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, cwd=BASE_DIR
    )
    with parent:
        pid = int(parent.stdout.readline())
        parent.kill()

    assert ends_within(pid, seconds=10)


def ends_within(pid: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if is_zombie(pid):
            return True
        time.sleep(0.05)
    return False


def is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
