"""Logs carry the request's id and neither secrets nor exact places."""

from __future__ import annotations

import pytest
import structlog

from rootfield.logging import WITHHELD, logging_configuration, withhold


def test_an_answer_carries_the_id_its_request_came_with(client):
    answer = client.get("/health/live", headers={"x-request-id": "tablet-7.push-12"})

    assert answer.headers["X-Request-Id"] == "tablet-7.push-12"


@pytest.mark.parametrize("sent", ["", "short", "a" * 65, "line\tbreak", "<script>alert</script>"])
def test_an_id_that_is_not_plain_is_replaced(client, sent):
    answer = client.get("/health/live", headers={"x-request-id": sent})

    assert len(answer.headers["X-Request-Id"]) == 32


def test_each_answer_is_logged_without_its_query(client):
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as events:
        client.get("/health/live?token=secret", headers={"x-request-id": "tablet-7"})

    (event,) = (event for event in events if event["event"] == "answered")
    assert (event["path"], event["status"], event["request_id"]) == (
        "/health/live",
        200,
        "tablet-7",
    )
    assert "secret" not in str(event)


def test_secrets_and_exact_places_are_withheld():
    event = {"event": "x", "Authorization": "Bearer y", "device_token": "z", "latitude": 52.1}

    kept = withhold(None, "info", event)

    assert kept == {
        "event": "x",
        "Authorization": WITHHELD,
        "device_token": WITHHELD,
        "latitude": WITHHELD,
    }


def test_a_level_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="LOG_LEVEL is 'LOUD'"):
        logging_configuration(json_lines=True, level="LOUD")
