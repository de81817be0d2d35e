"""The site says whether it lives, is ready, and how it does."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from rootfield.celery import HEARTBEAT_KEY, note_heartbeat

UNREACHABLE = "unix:///tmp/no-such-socket?db=0"


@pytest.fixture(autouse=True)
def no_heartbeat():
    cache.clear()


def test_a_living_process_says_so(client):
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.django_db
def test_a_site_with_a_worker_is_ready(client):
    note_heartbeat()

    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["ready"]
    assert answer.json()["checks"]["workers"]["heartbeat_age_s"] < 5


@pytest.mark.django_db
@pytest.mark.parametrize("age_s", [None, 61])
def test_a_site_whose_workers_are_silent_is_not_ready(client, age_s):
    if age_s is not None:
        cache.set(HEARTBEAT_KEY, time.time() - age_s)

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert not answer.json()["checks"]["workers"]["ok"]


@pytest.mark.django_db
def test_a_site_with_an_unapplied_migration_is_not_ready(client):
    MigrationRecorder(connection).record_unapplied("axes", "0010_accessattemptexpiration")

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"ok": False, "unapplied": 1}


@pytest.mark.django_db
def test_a_site_without_redis_is_not_ready(client, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": UNREACHABLE}}

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["workers"]["detail"] == "Redis does not answer."


@pytest.mark.django_db
def test_a_site_whose_disk_is_full_is_not_ready(client, settings, tmp_path):
    settings.FILES_DIR, settings.FILES_RESERVE_BYTES = tmp_path / "not" / "there", 2**62
    note_heartbeat()

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert not answer.json()["checks"]["disk"]["ok"]
    assert answer.json()["checks"]["disk"]["free_bytes"] > 0


def test_a_site_without_a_database_is_not_ready(client, django_db_blocker, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "HOST", "/tmp/no-such-directory")

    with django_db_blocker.unblock():
        connection.close()
        answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert not answer.json()["checks"]["database"]["ok"]
    assert not answer.json()["checks"]["migrations"]["ok"]


def test_metrics_are_hidden_until_a_token_is_set(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics").status_code == 404


def test_metrics_are_for_whoever_shows_the_token(client, settings):
    settings.METRICS_TOKEN = "a token for the scraper"

    refused = client.get("/metrics", headers={"authorization": "Bearer wrong"})
    answered = client.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})

    assert refused.status_code == 404
    assert b"django_http_requests" in answered.content
