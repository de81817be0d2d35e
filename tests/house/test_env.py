"""The readers of the environment are loud on bad values."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from rootfield.env import Environment, broker_url, redis_database


def reading(**variables: str) -> Environment:
    return Environment(variables)


def test_an_unset_variable_without_default_is_named():
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY must be set"):
        reading().text("SECRET_KEY")


def test_an_empty_variable_counts_as_unset():
    assert reading(NAME="  ").text("NAME", "fallback") == "fallback"


def test_a_value_outside_the_choices_is_refused_with_the_choices():
    with pytest.raises(ImproperlyConfigured, match="'prod'; it must be test or production"):
        reading(MODE="prod").choice("MODE", ("test", "production"))


@pytest.mark.parametrize(("typed", "read"), [("1", True), ("Yes", True), ("off", False)])
def test_a_boolean_is_read_in_the_usual_spellings(typed, read):
    assert reading(FLAG=typed).boolean("FLAG") is read


def test_a_boolean_that_is_neither_is_refused():
    with pytest.raises(ImproperlyConfigured, match="'maybe'; it must be 1 or 0"):
        reading(FLAG="maybe").boolean("FLAG")


@pytest.mark.parametrize(
    ("typed", "message"), [("many", "must be a whole number"), ("0", "must be at least 1")]
)
def test_a_bad_number_is_refused(typed, message):
    with pytest.raises(ImproperlyConfigured, match=message):
        reading(COUNT=typed).integer("COUNT", minimum=1)


def test_a_number_is_read_or_its_default():
    assert [reading(COUNT="7").integer("COUNT"), reading().integer("COUNT", 3)] == [7, 3]


def test_a_list_is_read_without_blanks():
    assert reading(HOSTS=" a.example, ,b.example").listed("HOSTS") == ["a.example", "b.example"]


def test_an_empty_default_list_is_empty():
    assert reading().listed("HOSTS", []) == []


def test_a_short_secret_is_refused_without_being_shown():
    with pytest.raises(ImproperlyConfigured, match="too short") as refusal:
        reading(SECRET_KEY="hunter2").secret("SECRET_KEY")

    assert "hunter2" not in str(refusal.value)


def test_a_database_url_is_read_with_its_escapes():
    url = "postgresql://field:p%40ss@db.example:6543/root%20field?sslmode=require"

    read = reading(DATABASE_URL=url).database("DATABASE_URL")

    assert read == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "root field",
        "USER": "field",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_behind_a_unix_socket_is_read():
    read = reading(URL="postgresql://postgres@/rootfield?host=/tmp/here").database("URL")

    assert (read["HOST"], read["NAME"], read["PORT"]) == ("/tmp/here", "rootfield", "")


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "rootfield", "postgresql://host:port/name", "sqlite:///file"]
)
def test_an_address_that_is_no_postgresql_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="postgres:// or postgresql://"):
        reading(DATABASE_URL=url).database("DATABASE_URL")


def test_a_database_url_without_a_name_is_refused():
    with pytest.raises(ImproperlyConfigured, match="names no database"):
        reading(DATABASE_URL="postgresql://host/").database("DATABASE_URL")


def test_a_redis_address_is_kept():
    assert reading(URL="redis://cache:6379/2").redis("URL") == "redis://cache:6379/2"


def test_only_this_machine_goes_without_tls():
    assert reading(SITE_URL="http://localhost:8000/").site("SITE_URL") == "http://localhost:8000"
    with pytest.raises(ImproperlyConfigured, match="must start with https://"):
        reading(SITE_URL="http://rootfield.example").site("SITE_URL")


@pytest.mark.parametrize(
    ("url", "above"),
    [
        ("redis://cache:6379/2", "redis://cache:6379/3"),
        ("redis://cache:6379", "redis://cache:6379/1"),
        ("unix:///tmp/redis.sock?db=4", "unix:///tmp/redis.sock?db=5"),
    ],
)
def test_the_next_redis_database_is_named(url, above):
    assert redis_database(url, above=1) == above


def test_celery_spells_a_unix_socket_in_its_own_way():
    assert (
        broker_url("unix:///tmp/redis.sock?db=2") == "redis+socket:///tmp/redis.sock?virtual_host=2"
    )
    assert broker_url("redis://cache:6379/0") == "redis://cache:6379/0"
