"""A web server of its own, as in production, on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from rootfield.embedded import BASE_DIR
from rootfield.site import free_port, is_live

READY_WITHIN_S = 90


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where it answers, and its one process that does the work."""

    port: int
    worker: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def peak_bytes(self) -> int:
        """Return the most memory the worker ever had, since it was last forgotten."""
        for line in Path(f"/proc/{self.worker}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the system does not tell peaks of memory")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")


@contextmanager
def served(files: Path) -> Iterator[Served]:
    """Run gunicorn with one worker of eight threads until this ends."""
    port = free_port()
    name = connection.settings_dict["NAME"]
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rootfield.settings",
        "DATABASE_URL": f"{head.rsplit('/', 1)[0]}/{name}?{query}",
        "FILES_DIR": str(files),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "gunicorn", "rootfield.wsgi", f"--bind=127.0.0.1:{port}"]
    serving = ["--worker-class=gthread", "--workers=1", "--threads=8", "--no-control-socket"]
    process = subprocess.Popen([*command, *serving], env=environment, cwd=BASE_DIR)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_live(port):
            assert process.poll() is None, "gunicorn ended"
            assert time.monotonic() < deadline, "gunicorn does not answer"
            time.sleep(0.1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Served(port=port, worker=int(children[0]))
    finally:
        process.terminate()
        process.wait(30)
