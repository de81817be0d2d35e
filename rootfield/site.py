"""The site's processes: web server, workers and sweeper, as children of one command."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from rootfield.children import Child, ChildDied, start_child
from rootfield.embedded import BASE_DIR

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0
SETTLES_WITHIN_S = 5.0


@dataclass(kw_only=True)
class Site:
    """A running site: its address and its processes, the web server's first."""

    url: str
    children: list[Child]

    def check(self) -> None:
        """Raise ChildDied, with the tail of the log, when one of the processes has ended."""
        for child in self.children:
            if not child.is_running:
                raise ChildDied(
                    f"{child.name} ended with status {child.process.returncode}:\n"
                    f"{child.log_tail()}"
                )

    def stop(self) -> None:
        """Stop all processes at the same time."""
        with ThreadPoolExecutor(max(len(self.children), 1)) as hands:
            list(hands.map(Child.stop, self.children))


@dataclass(kw_only=True)
class SupervisedSite(Site):
    """A site whose workers and sweeper are started again when they end.

    One that ends by itself within SETTLES_WITHIN_S of its start is broken: then the site ends. One
    that a signal ended is started again, however young; the log of its former life stays beside.
    """

    port: int
    logs: Path
    commands: dict[str, list[str]]
    started: dict[str, float] = field(default_factory=dict, init=False)

    def start(self) -> None:
        """Start every process and wait for the web server; raises ChildDied."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in self.commands:
            self.children.append(self._start(name))
        self.children[0].wait_until(lambda: is_live(self.port), timeout_s=READY_WITHIN_S)

    def mend(self) -> list[str]:
        """Start again what has ended and return its names; raises ChildDied if that is no use."""
        mended = []
        for place, child in enumerate(self.children):
            if child.is_running:
                continue
            lived_s = time.monotonic() - self.started[child.name]
            was_killed = child.process.returncode < 0
            if place == 0 or (lived_s < SETTLES_WITHIN_S and not was_killed):
                self.check()
            if child.log.exists():
                child.log.replace(child.log.with_suffix(".before.log"))
            self.children[place] = self._start(child.name)
            mended.append(child.name)
        return mended

    def _start(self, name: str) -> Child:
        self.started[name] = time.monotonic()
        log = self.logs / f"{name}.log"
        return start_child(name, self.commands[name], log=log, directory=BASE_DIR)


@contextmanager
def running_site(*, port: int, concurrency: int, logs: Path) -> Iterator[SupervisedSite]:
    """Run web server, workers and sweeper until this ends; raises ChildDied if one does not start.

    The children find database and Redis in the environment. concurrency is the number of workers.
    """
    refuse_taken_port(port)
    site = SupervisedSite(
        url=f"http://{HOST}:{port}",
        children=[],
        port=port,
        logs=logs,
        commands=commands(port=port, concurrency=concurrency),
    )
    try:
        site.start()
        yield site
    finally:
        site.stop()


def commands(*, port: int, concurrency: int) -> dict[str, list[str]]:
    """Return the command of each process, the web server's first."""
    python = sys.executable
    gunicorn = [python, "-m", "gunicorn", "rootfield.wsgi", f"--bind={HOST}:{port}"]
    serving = ["--worker-class=gthread", "--workers=2", "--threads=8", "--no-control-socket"]
    celery = [python, "-m", "celery", "-A", "rootfield", "worker", "--loglevel=INFO"]
    workers = {
        f"worker-{number}": [*celery, "--concurrency=1", f"--hostname=worker-{number}@%h"]
        for number in range(1, concurrency + 1)
    }
    return {
        "web": [*gunicorn, *serving],
        **workers,
        "sweeper": [python, "manage.py", "sweep", "--forever"],
    }


def refuse_taken_port(port: int) -> None:
    """Raise ChildDied when somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ChildDied(f"Port {port} is taken; choose another with --port.") from None


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_live(port: int) -> bool:
    """Return whether the web server answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def stop_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that its children are stopped.

    SIGINT is asked for as well: a shell starts background commands deaf to it.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, interrupt)
