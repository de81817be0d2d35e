"""The site's processes: web server, worker and sweeper, as children of one command."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rootfield.children import Child, ChildDied, start_child
from rootfield.embedded import BASE_DIR

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site: its address and its processes."""

    url: str
    children: Sequence[Child]

    def check(self) -> None:
        """Raise ChildDied, with the tail of the log, when one of the processes has ended."""
        for child in self.children:
            if not child.is_running:
                raise ChildDied(
                    f"{child.name} ended with status {child.process.returncode}:\n"
                    f"{child.log_tail()}"
                )


@contextmanager
def running_site(*, port: int, concurrency: int, logs: Path) -> Iterator[Site]:
    """Run web server, worker and sweeper until this ends; raises ChildDied when one does not start.

    The children find database and Redis in the environment. concurrency is the worker's number
    of processes.
    """
    url = f"http://{HOST}:{port}"
    logs.mkdir(parents=True, exist_ok=True)
    refuse_taken_port(port)
    with ExitStack() as stack:
        children = []
        for name, command in commands(port=port, concurrency=concurrency).items():
            child = start_child(name, command, log=logs / f"{name}.log", directory=BASE_DIR)
            stack.callback(child.stop)
            children.append(child)
        children[0].wait_until(lambda: is_live(port), timeout_s=READY_WITHIN_S)
        yield Site(url=url, children=children)


def commands(*, port: int, concurrency: int) -> dict[str, list[str]]:
    """Return the command of each process, the web server's first."""
    python = sys.executable
    gunicorn = [python, "-m", "gunicorn", "rootfield.wsgi", f"--bind={HOST}:{port}"]
    celery = [python, "-m", "celery", "-A", "rootfield", "worker", "--loglevel=INFO"]
    return {
        "web": [*gunicorn, "--worker-class=gthread", "--workers=2", "--threads=8"],
        "worker": [*celery, f"--concurrency={concurrency}"],
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
    """Let SIGTERM end this process as Ctrl-C does, so that its children are stopped."""

    def interrupt(_signal: int, _frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
