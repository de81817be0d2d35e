"""Child processes that never outlive the command that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

STOP_WITHIN_S = 10.0
TAIL_LINES = 20
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Account(NamedTuple):
    """The numeric user and group a child runs as."""

    user: int
    group: int


class ChildDied(RuntimeError):
    """A child ended, or stayed silent, before it was ready; the message ends with its log."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """A running child process, the log it writes and the signal that asks it to stop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Return when ready() says so; raise ChildDied, with the tail of the log, if it cannot."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.is_running:
                raise ChildDied(
                    f"{self.name} ended with status {self.process.returncode} before it was ready:"
                    f"\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise ChildDied(
                    f"{self.name} was not ready within {timeout_s:g} s:\n{self.log_tail()}"
                )
            time.sleep(0.05)

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-TAIL_LINES:]) or "(its log is empty)"

    def stop(self, *, within_s: float = STOP_WITHIN_S) -> None:
        """Ask the child to stop, and kill its whole session when it has not within the time."""
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_child(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    directory: Path = Path("/"),
) -> Child:
    """Start a command in a session of its own, with this environment, writing a new log.

    On Linux the kernel sends the child its stop signal when the thread that called this ends.
    account is whom to run as; only root may give one.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            start_new_session=True,
            # Safe here: the function only calls the kernel, whatever other threads hold.
            preexec_fn=partial(die_with_parent, os.getpid(), int(stop_signal)),  # noqa: PLW1509
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
    return Child(name=name, process=process, log=log, stop_signal=stop_signal)


def die_with_parent(parent: int, stop_signal: int) -> None:
    """Ask the kernel, in the child, for a signal at the parent's death; end if it is dead."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:
        os._exit(1)
