"""PostgreSQL and Redis for a test session, started once and shared by its processes."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django
import psycopg
import pytest
from django.conf import settings

from rootfield.embedded import BASE_DIR, embedded_services, postgres_programs
from rootfield.env import redis_database

REDIS_DATABASES_A_PROCESS = 2  # broker and cache
TEMPLATE = "rootfield_template"
TEMPLATE_VARIABLE = "ROOTFIELD_TEST_TEMPLATE"
KEPT_TEMPLATES = BASE_DIR / "var" / "test-templates"


def prepare_environment() -> None:
    """Name the services in the environment, then set Django up.

    The process that leads starts what the environment does not name; each process of a parallel
    run uses a database and a pair of Redis databases of its own.
    """
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the suite sets it in its own time.")
    os.environ["ROOTFIELD_MODE"] = "test"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        start_services()
    else:
        above = REDIS_DATABASES_A_PROCESS * (1 + int(worker.removeprefix("gw")))
        os.environ["REDIS_URL"] = redis_database(os.environ["REDIS_URL"], above=above)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rootfield.settings"
    if template := os.environ.get(TEMPLATE_VARIABLE):
        settings.DATABASES["default"]["TEST"] = {"TEMPLATE": template}
    django.setup()
    # A process of a parallel run that inherited this would read the settings too early.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def start_services() -> None:
    """Start the services in a directory that goes, as they do, with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    directory = Path(tempfile.mkdtemp(prefix="rootfield-tests-"))
    stack.callback(shutil.rmtree, directory, ignore_errors=True)
    os.environ.setdefault("ROOTFIELD_DATA_DIR", str(directory))
    makes_own_database = not os.environ.get("DATABASE_URL")
    services = stack.enter_context(embedded_services(directory, durable=False))
    os.environ.update(services.environment())
    if makes_own_database:
        make_template(services.database_url)
        os.environ[TEMPLATE_VARIABLE] = TEMPLATE


def make_template(database_url: str) -> None:
    """Make a migrated database for the processes to copy."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    put_schema(database_url.replace("/rootfield?", f"/{TEMPLATE}?"))


def put_schema(database_url: str) -> None:
    """Bring an empty database to the present schema.

    Migrating takes many times longer than copying, so what it made is kept in var/ until a
    migration or a model changes.
    """
    kept = KEPT_TEMPLATES / f"{digest_of_schema()}.sql"
    if kept.exists():
        run_program("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(kept), database_url)
        return
    subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--verbosity=0", "--skip-checks"],
        check=True,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    KEPT_TEMPLATES.mkdir(parents=True, exist_ok=True)
    for outdated in KEPT_TEMPLATES.glob("*.sql"):
        outdated.unlink(missing_ok=True)
    dump = run_program("pg_dump", "--no-owner", database_url)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_text(dump)
    unfinished.replace(kept)


def run_program(program: str, *arguments: str) -> str:
    """Return what one of PostgreSQL's programs prints."""
    path = postgres_programs() / program
    return subprocess.run([path, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def digest_of_schema() -> str:
    """Return a digest of everything the schema of the database comes from."""
    sources = [BASE_DIR / "constraints.txt", BASE_DIR / "rootfield" / "settings.py"]
    for app in ("sampling", "estimates"):
        for room in ("models", "migrations"):
            sources += sorted((BASE_DIR / app / room).rglob("*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes() if source.exists() else b"")
    return digest.hexdigest()[:16]
