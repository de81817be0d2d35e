"""Embedded PostgreSQL and Redis come up, keep their data, share themselves and stop."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import psycopg
import pytest
import redis
from django.core.exceptions import ImproperlyConfigured

from rootfield import embedded
from rootfield.children import ChildDied
from rootfield.embedded import embedded_services, services_for_command, shared_services


@pytest.fixture(autouse=True)
def no_services_given(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "ROOTFIELD_MODE", "ROOTFIELD_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_both_answer_and_both_stop(tmp_path):
    with embedded_services(tmp_path, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            encoding = connection.execute("SHOW server_encoding").fetchone()
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.ping()

    assert encoding == ("UTF8",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url)
    assert not embedded.redis_answers(services.redis_url)


def test_data_is_there_the_next_time(tmp_path):
    with embedded_services(tmp_path, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    with embedded_services(tmp_path, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            kept = connection.execute("SELECT number FROM kept").fetchone()

    assert kept == (7,)


def test_neither_listens_on_a_network(tmp_path):
    with embedded_services(tmp_path, durable=False) as services:
        with psycopg.connect(services.database_url) as connection:
            addresses = connection.execute("SHOW listen_addresses").fetchone()
        with redis.Redis.from_url(services.redis_url) as client:
            port = client.config_get("port")

    assert addresses == ("",)
    assert port == {"port": "0"}


def test_what_is_given_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://given.example/name")

    with embedded_services(tmp_path) as services:
        assert embedded.redis_answers(services.redis_url)

    assert services.database_url == "postgresql://given.example/name"
    assert not (tmp_path / "postgres").exists()


def test_production_mode_refuses_them(tmp_path, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_MODE", "production")

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL and REDIS_URL must be set"):
        with embedded_services(tmp_path):
            pass


def test_a_server_that_cannot_start_says_why(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")

    with pytest.raises(ChildDied, match="PostgreSQL ended with status"):
        with embedded_services(tmp_path):
            pass


def test_a_directory_that_cannot_be_made_says_why(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "stranger").touch()

    with pytest.raises(ChildDied, match="not empty"), embedded_services(tmp_path):
        pass


def test_a_second_process_uses_the_services_of_the_first(tmp_path):
    with shared_services(tmp_path) as services:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seen = pool.apply(urls_seen_from, (tmp_path,))

    assert seen == [services.database_url, services.redis_url]
    assert not (tmp_path / "services.json").exists()


def urls_seen_from(directory: Path) -> list[str]:
    with shared_services(directory) as services:
        return [services.database_url, services.redis_url]


def test_a_process_that_never_says_where_is_not_waited_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "READY_WITHIN_S", 0.2)
    note = tmp_path / "services.json"
    note.write_text("{")

    with pytest.raises(ChildDied, match=r"never wrote services.json"):
        embedded.read_note(note)


def test_commands_that_touch_no_table_start_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_DATA_DIR", str(tmp_path / "var"))

    for arguments in (["manage.py"], ["manage.py", "check"], ["manage.py", "migrate", "--help"]):
        with services_for_command(arguments):
            assert "DATABASE_URL" not in os.environ

    assert not (tmp_path / "var").exists()


def test_a_command_that_needs_them_finds_them_in_its_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("ROOTFIELD_DATA_DIR", str(tmp_path))

    with services_for_command(["manage.py", "migrate"]):
        noted = json.loads((tmp_path / "services.json").read_text())
        found = {"database_url": os.environ["DATABASE_URL"], "redis_url": os.environ["REDIS_URL"]}

    assert found == noted


def test_a_missing_wheel_is_named(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="no_such_wheel is not installed"):
        embedded.wheel_directory("no_such_wheel")


def test_others_may_pass_through_but_not_list(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    embedded.open_the_way(closed / "data")

    assert closed.stat().st_mode & 0o777 == 0o701
