"""The site under attack: PostgreSQL, Redis, a pre-forked web server, and what hurts them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from rootfield.children import Child, start_child
from rootfield.embedded import BASE_DIR, start_postgres, start_redis
from rootfield.site import HOST, free_port, is_live
from tests.services import put_schema

WORKERS = 16
THREADS = 2
READY_WITHIN_S = 90.0
WORKER_LIVES_S = (0.1, 0.6)
BACKEND_EVERY_S = 15.0
REDIS_EVERY_S = 20.0
SWEEPER_EVERY_S = 25.0
DISK_FULL_S, DISK_FREE_S = (0.5, 2.0), (4.0, 10.0)
NOTICED_WITHIN_S = 1.0
"""How long a database whose backend was killed may go on answering before it recovers."""


@dataclass(kw_only=True)
class Site:
    """What runs, and what was done to it."""

    home: Path
    sockets: Path
    database_url: str
    port: int
    web: Child
    redis: Child
    sweeper: Child | None = None
    done: Counter[str] = field(default_factory=Counter)
    outages: list[list[float]] = field(default_factory=list)  # from, to; by time.time()

    @property
    def disk_full(self) -> Path:
        """The file whose presence fills the disk of the attachments (`tests.chaos.entry`)."""
        return self.home / "disk-full"

    def connect(self, *, within_s: float = 60.0) -> psycopg.Connection[Any]:
        """Return a connection; waits while the database recovers."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                return psycopg.connect(self.database_url, autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def workers(self) -> list[int]:
        """Return the process ids of the web server's workers."""
        web = self.web.process.pid
        return [int(pid) for pid in Path(f"/proc/{web}/task/{web}/children").read_text().split()]

    def deadlocks(self) -> list[str]:
        """Return what PostgreSQL's log says of each deadlock it dissolved."""
        log = (self.home / "postgres.log").read_text(errors="replace")
        return [one.split("HINT:", 1)[0] for one in log.split("ERROR:  deadlock detected")[1:]]

    def counter_deadlocks(self) -> list[str]:
        """Return the deadlocks in which somebody waited for the counter of a scope."""
        return [one for one in self.deadlocks() if "sampling_syncscope" in one]

    def start_sweeper(self) -> None:
        """Start what takes up again the pushes whose worker was killed."""
        command = [sys.executable, "-m", "tests.chaos.sweeper"]
        log = self.home / "sweeper.log"
        self.sweeper = start_child("sweeper", command, log=log, directory=BASE_DIR)

    def sweep_up(self) -> None:
        """Judge every push that is stored and not judged yet."""
        subprocess.run(
            [sys.executable, "-m", "tests.chaos.sweeper", "--once"], check=True, cwd=BASE_DIR
        )

    def stop_redis(self) -> None:
        """Stop the Redis that runs by now."""
        self.redis.stop()

    def stop_sweeper(self) -> None:
        """Kill the sweeper in whatever it does."""
        if self.sweeper is not None:
            self.sweeper.process.kill()
            self.sweeper.process.wait()


@contextmanager
def running_site(*, entry: str = "tests.chaos.entry", **people: int) -> Iterator[tuple[Site, Any]]:
    """Run a site of its own until this ends; yields it with what was founded on it.

    entry is the module gunicorn serves.
    """
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="rootfield-chaos-")).resolve()
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        sockets = Path(tempfile.mkdtemp(prefix="rootfield-"))
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        postgres, database_url = start_postgres(home, sockets, durable=True)
        stack.callback(postgres.stop)
        redis, redis_url = start_redis(home, sockets)
        os.environ.update(
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            ROOTFIELD_DATA_DIR=str(home),
            ROOTFIELD_MODE="test",
            DJANGO_SETTINGS_MODULE="rootfield.settings",
            LOG_LEVEL="ERROR",
        )
        put_schema(database_url)
        founded = founding(**people)
        port = free_port()
        web = start_child("web", web_command(entry, port), log=home / "web.log", directory=BASE_DIR)
        stack.callback(web.stop)
        web.wait_until(lambda: is_live(port), timeout_s=READY_WITHIN_S)
        site = Site(
            home=home, sockets=sockets, database_url=database_url, port=port, web=web, redis=redis
        )
        stack.callback(site.stop_redis)
        stack.callback(site.stop_sweeper)
        yield site, {**founded, "port": port}


def web_command(entry: str, port: int) -> list[str]:
    """Return the command of the web server: workers fork from one that has everything loaded."""
    gunicorn = [sys.executable, "-m", "gunicorn", entry, f"--bind={HOST}:{port}", "--preload"]
    workers = ["--worker-class=gthread", f"--workers={WORKERS}", f"--threads={THREADS}"]
    return [*gunicorn, *workers, "--log-level=critical", "--no-control-socket"]


def founding(**people: int) -> Any:
    """Set up the project and its devices."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.chaos.founding", json.dumps(people)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=BASE_DIR,
    )
    return json.loads(made.stdout)


class Saboteur:
    """Kills workers, backends, Redis and the sweeper, each at its own pace."""

    def __init__(self, site: Site, chance: random.Random, *, spares_database: bool) -> None:
        self.site, self.chance = site, chance
        now = time.monotonic()
        self.next = {
            self.kill_worker: now + 0.2,
            self.restart_redis: now + 6.0,
            self.restart_sweeper: now + 8.0,
            self.fill_disk: now + 3.0,
        }
        self.is_recovering = False
        if not spares_database:
            self.next[self.kill_backend] = now + self.chance.uniform(2.0, 5.0)

    def strike(self) -> None:
        """Do what is due; returns after at most a few hundredths of a second of waiting."""
        now = time.monotonic()
        for blow, due in self.next.items():
            if now >= due:
                self.next[blow] = time.monotonic() + blow()
        if self.is_recovering:
            self.look_after_database()
        time.sleep(0.02)

    def look_after_database(self) -> None:
        """Note how long the database is away."""
        first, last = self.site.outages[-1]
        self.site.outages[-1][1] = time.time()
        with suppress(psycopg.OperationalError), self.site.connect(within_s=0.0):
            self.is_recovering = last - first < NOTICED_WITHIN_S

    def kill_worker(self) -> float:
        """Kill one web worker with -9; return when the next is due."""
        workers = self.site.workers()
        with suppress(ProcessLookupError, IndexError):
            os.kill(self.chance.choice(workers), signal.SIGKILL)
            self.site.done["workers killed"] += 1
        return self.chance.uniform(*WORKER_LIVES_S)

    def kill_backend(self) -> float:
        """Terminate one database session, or kill its process so that the database recovers."""
        with suppress(psycopg.OperationalError, ProcessLookupError, IndexError):
            with self.site.connect(within_s=0.0) as database:
                backends = database.execute(
                    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    " AND datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()
                (backend,) = self.chance.choice(backends)
                self.site.outages.append([time.time(), time.time()])
                if self.chance.random() < 0.67:
                    database.execute("SELECT pg_terminate_backend(%s)", [backend])
                    self.site.done["sessions terminated"] += 1
                else:
                    os.kill(backend, signal.SIGKILL)
                    self.site.done["database crashes"] += 1
                    self.is_recovering = True
        return self.chance.uniform(0.5, 1.5) * BACKEND_EVERY_S

    def restart_redis(self) -> float:
        """Kill Redis and start an empty one in its place."""
        self.site.redis.process.kill()
        self.site.redis.process.wait()
        self.site.redis, _ = start_redis(self.site.home, self.site.sockets)
        self.site.done["Redis restarts"] += 1
        return self.chance.uniform(0.5, 1.5) * REDIS_EVERY_S

    def fill_disk(self) -> float:
        """Fill the disk of the attachments for a moment, or free it again."""
        if self.site.disk_full.exists():
            self.site.disk_full.unlink()
            return self.chance.uniform(*DISK_FREE_S)
        self.site.disk_full.touch()
        self.site.done["times the disk was full"] += 1
        return self.chance.uniform(*DISK_FULL_S)

    def restart_sweeper(self) -> float:
        """Kill the sweeper and start another."""
        self.site.stop_sweeper()
        self.site.start_sweeper()
        self.site.done["sweeper restarts"] += 1
        return self.chance.uniform(0.5, 1.5) * SWEEPER_EVERY_S
