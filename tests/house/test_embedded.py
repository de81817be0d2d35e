"""Embedded PostgreSQL and Redis come up, keep their data, share themselves and stop."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import threading
import time

import psycopg
import pytest
import redis
from django.core.exceptions import ImproperlyConfigured

from rootfield import embedded
from rootfield.children import ChildDied
from rootfield.embedded import (
    embedded_services,
    empty_directory,
    services_for_command,
    shared_services,
)


@pytest.fixture(autouse=True)
def no_services_given(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "ROOTFIELD_MODE", "ROOTFIELD_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_both_answer_and_both_stop(directory):
    with embedded_services(directory, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            encoding = connection.execute("SHOW server_encoding").fetchone()
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.ping()

    assert encoding == ("UTF8",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url)
    assert not embedded.redis_answers(services.redis_url)


def test_data_is_there_the_next_time(directory):
    with embedded_services(directory, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    with embedded_services(directory, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            kept = connection.execute("SELECT number FROM kept").fetchone()

    assert kept == (7,)


def test_neither_listens_on_a_network(directory):
    with embedded_services(directory, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            addresses = connection.execute("SHOW listen_addresses").fetchone()
        with redis.Redis.from_url(services.redis_url) as client:
            port = client.config_get("port")

    assert addresses == ("",)
    assert port == {"port": "0"}


def test_what_is_given_is_used_as_it_is(directory, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://given.example/name")

    with embedded_services(directory) as services:
        assert embedded.redis_answers(services.redis_url)

    assert services.database_url == "postgresql://given.example/name"
    assert not (directory / "postgres").exists()


def test_production_mode_refuses_them(directory, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_MODE", "production")

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL and REDIS_URL must be set"):
        with embedded_services(directory):
            pass


def test_a_server_that_cannot_start_says_why(directory):
    data = directory / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")

    with pytest.raises(ChildDied, match="PostgreSQL ended with status"):
        with embedded_services(directory):
            pass


def test_a_directory_that_cannot_be_made_says_why(directory):
    data = directory / "postgres"
    data.mkdir()
    (data / "stranger").touch()

    with pytest.raises(ChildDied, match="not empty"), embedded_services(directory):
        pass


def test_who_comes_second_uses_the_services_of_the_first(directory):
    with shared_services(directory) as first, shared_services(directory) as second:
        assert second == first
        assert embedded.redis_answers(second.redis_url)

    assert not (directory / "services.json").exists()


def test_former_servers_on_the_data_are_waited_for(directory):
    with subprocess.Popen(["sleep", "0.5"]) as former:
        (directory / "postmaster.pid").write_text(f"{former.pid}\n{directory}\n")
        started = time.monotonic()
        threading.Thread(target=former.wait).start()
        embedded.wait_for_former(directory)

    assert 0.3 < time.monotonic() - started < embedded.STOP_WITHIN_S


def test_a_process_that_never_says_where_is_not_waited_for_long(directory, monkeypatch):
    monkeypatch.setattr(embedded, "READY_WITHIN_S", 0.2)
    note = directory / "services.json"
    note.write_text("{")

    with pytest.raises(ChildDied, match=r"never wrote services.json"):
        embedded.read_note(note)


def test_commands_that_touch_no_table_start_nothing(directory, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_DATA_DIR", str(directory / "var"))

    for arguments in (["manage.py"], ["manage.py", "check"], ["manage.py", "migrate", "--help"]):
        with services_for_command(arguments):
            assert "DATABASE_URL" not in os.environ

    assert not (directory / "var").exists()


def test_a_command_that_needs_them_finds_them_in_its_environment(directory, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_DATA_DIR", str(directory))

    with services_for_command(["manage.py", "migrate"]):
        noted = json.loads((directory / "services.json").read_text())
        found = {"database_url": os.environ["DATABASE_URL"], "redis_url": os.environ["REDIS_URL"]}

    assert found == noted


def test_a_missing_wheel_is_named(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="no_such_wheel is not installed"):
        embedded.wheel_directory("no_such_wheel")


def test_others_may_pass_through_but_not_list(directory):
    closed = directory / "closed"
    closed.mkdir(mode=0o700)

    embedded.open_the_way(closed / "data")

    assert closed.stat().st_mode & 0o777 == 0o701


def test_a_directory_is_emptied_for_a_demo(directory):
    (directory / "logs").mkdir(parents=True)
    (directory / "logs" / "web.log").write_text("old")
    (directory / "note").write_text("old")

    empty_directory(directory)

    assert [path.name for path in directory.iterdir()] == ["services.lock"]


def test_a_directory_others_run_on_is_not_emptied(directory):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "note").write_text("in use")
    with (directory / "services.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(SystemExit, match="stop them first"):
            empty_directory(directory)

    assert (directory / "note").exists()
