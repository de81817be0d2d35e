"""The page that says whether the tablets sync: figures against what was sent."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rootfield.templatetags.words import duration
from sampling.actions.health import delays_of, sync_health
from sampling.actions.intake import Actor, accept_operations
from sampling.models import Campaign, Device
from tests.people import FRIDAY, make_record
from tests.sync.wire import Wire, new_device
from tests.web.scenes import faults_of, operation

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def lead(signed_in, field_lead):
    return signed_in(field_lead)


@pytest.fixture
def page(project):
    return reverse("pages:health", args=[project.pk])


def send_made(device, campaign, *made, received=FRIDAY):
    """Send one point for each time it was made at, as text."""
    actor = Actor(
        project=device.project_id,
        via="tablet",
        user=device.user_id,
        device=device.id,
        scopes={campaign.capture_scope: "rw"},
    )
    operations = []
    for at in made:
        one = operation(
            "sampling_point",
            uuid.uuid4(),
            scope=campaign.capture_scope,
            plot=str(uuid.uuid4()),
            code="P",
        )
        object.__setattr__(one, "at", at)
        operations.append(one)
    accept_operations(operations, actor=actor, received_at=received)


def ago(minutes):
    return (FRIDAY - minutes * MINUTE).isoformat()


def test_the_delay_is_the_median_and_the_95_percent_mark_of_what_was_sent(device, campaign):
    send_made(device, campaign, *(ago(minutes) for minutes in range(1, 22)))

    found = delays_of([device.pk])

    # 1 to 21 min: the middle one is 11 min; 0.95 of the 20 steps is the 20th value.
    assert found[device.pk].operations == 21
    assert found[device.pk].median_s == 11 * 60
    assert found[device.pk].p95_s == pytest.approx(20 * 60)
    assert found[None] == found[device.pk]


def test_a_clock_that_is_fast_does_not_shorten_the_delay(device, campaign):
    Device.objects.filter(pk=device.pk).update(clock_offset_s=3600)
    ahead = FRIDAY + 50 * MINUTE  # by its own clock; ten minutes ago by ours

    send_made(device, campaign, ahead.isoformat())

    assert delays_of([device.pk])[device.pk].median_s == 600


@pytest.mark.parametrize("text", ["", "yesterday", "infinity", "2026-13-45T99:00", "2026-05"])
def test_an_operation_that_does_not_say_when_it_was_made_counts_not(device, campaign, text):
    send_made(device, campaign, text, ago(5))

    assert delays_of([device.pk])[device.pk].operations == 1


def test_without_operations_there_is_no_delay(device):
    assert delays_of([device.pk])[None].median_s is None


def test_each_tablet_says_what_it_runs_and_what_it_holds(
    project, device, device_token, campaign, protocol_version, plot
):
    wire = Wire(device, campaign, token=device_token)
    point = wire.point(plot)
    core = wire.core(point, captured_version=str(protocol_version.pk))
    wrong = wire.core(point, inner_diameter_cm="eight")
    pushed = wire.envelope(point, core, wrong, queued=12)
    wire.send(json.dumps(pushed).encode(), Sync_Protocol="1")

    health = sync_health(project, campaign=None, at=timezone.now())

    (tablet,) = health.tablets
    assert tablet.sync_protocol == "1"
    assert [(used.number, used.cores) for used in tablet.versions] == [("1.0.0", 1)]
    assert tablet.device.held == 1
    assert health.queued == 12


@pytest.mark.parametrize(
    ("pushed_days_ago", "state", "silent"),
    [(1, "active", False), (4, "active", True), (4, "revoked", False)],
)
def test_a_tablet_is_silent_after_three_days_without_a_push(
    project, device, pushed_days_ago, state, silent
):
    at = timezone.now()
    Device.objects.filter(pk=device.pk).update(
        last_push_at=at - dt.timedelta(days=pushed_days_ago), state=state
    )

    health = sync_health(project, campaign=None, at=at)

    assert health.tablets[0].is_silent is silent
    assert health.silent == int(silent)


def test_the_page_shows_what_waits_and_points_out_a_wrong_clock(
    lead, page, device, conflict, held, plan
):
    Device.objects.filter(pk=device.pk).update(clock_offset_s=-1200, queued_reported=7)

    html = lead.get(page).content.decode()

    assert faults_of(html) == []
    assert '<span class="tag warn">20 min slow</span>' in html
    assert '<td class="number">7</td>' in html
    assert "open conflict, the oldest" in html
    assert "wrong type" in html
    assert "Harvest 2026" in html


def test_one_campaign_shows_its_own_tablets(lead, page, project, campaign, device, technician):
    other = make_record(
        Campaign,
        project,
        code="OTHER",
        title="Another one",
        protocol_version=campaign.protocol_version,
    )
    stranger = new_device(project, technician, other)

    html = lead.get(page, {"campaign": other.pk}).content.decode()

    assert f">{stranger.name}<" in html
    assert f">{device.name}<" not in html
    assert lead.get(page, {"campaign": uuid.uuid4()}).status_code == 404


def test_a_project_without_tablets_says_so(lead, page):
    html = lead.get(page).content.decode()

    assert "No tablet yet." in html
    assert faults_of(html) == []


def test_the_api_says_the_same(client_for, field_lead, technician, project, campaign, device):
    send_made(device, campaign, ago(10))
    address = f"/api/v1/projects/{project.pk}/sync-health"
    api = client_for(field_lead)

    whole = api.get(address)

    assert whole.status_code == 200
    (tablet,) = whole.json()["tablets"]
    assert tablet["device"] == str(device.pk)
    assert tablet["capture_to_server"] == {"operations": 1, "median_s": 600.0, "p95_s": 600.0}
    assert whole.json()["held"] == [
        {
            "reason": "plot",
            "status": "deferred",
            "count": 1,
            "oldest": FRIDAY.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert whole.json()["campaigns"][0]["code"] == campaign.code
    assert api.get(f"{address}?campaign={campaign.pk}").json()["tablets"] == [tablet]
    assert api.get(f"{address}?campaign={uuid.uuid4()}").status_code == 404
    assert client_for(technician).get(address).status_code == 403


def test_the_api_costs_the_same_for_twenty_tablets_as_for_two(
    client_for, field_lead, project, campaign, technician
):
    address = f"/api/v1/projects/{project.pk}/sync-health"
    api = client_for(field_lead)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert api.get(address).status_code == 200
        return len(seen)

    counts = []
    for number in (2, 18):
        for device in [new_device(project, technician, campaign) for _ in range(number)]:
            send_made(device, campaign, ago(3))
        counts.append(queries())

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "not known"), (3.4, "3 s"), (600, "10 min"), (10_000, "3 h"), (400_000, "5 d")],
)
def test_a_duration_is_said_in_its_unit(seconds, text):
    assert duration(seconds) == text
