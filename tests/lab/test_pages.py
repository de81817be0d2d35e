"""The pages of the laboratory: the grid of results and the queue of steps."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sampling.models import Determination, Finding, Variable
from sampling.web.lab import Cell
from tests.lab.conftest import make_specimens

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def queue(project):
    return reverse("lab:home", args=[project.pk])


@pytest.fixture
def grid(project, campaign):
    return reverse("lab:results", args=[project.pk, campaign.pk])


def seen(result):
    result.refresh_from_db()
    return f"{result.pk}:{result.version}"


def test_the_grid_shows_what_stands_in_each_cell(client_for, lab_tech, grid, enter, specimens):
    enter(specimens[0], "<0.5")
    enter(specimens[1], "lost")

    page = client_for(lab_tech).get(grid).content.decode()

    assert 'data-old="&lt;0.5"' in page
    assert 'data-old="lost"' in page
    assert page.count("data-specimen=") == 3
    assert "readonly" not in page


def test_who_may_not_enter_reads_the_grid(client_for, analyst, technician, grid, enter, specimen):
    enter(specimen)

    readers = client_for(analyst).get(grid)

    assert readers.content.decode().count("readonly") == 3
    assert client_for(technician).get(grid).status_code == 403


def test_the_queue_narrows_to_a_campaign_and_a_state(
    client_for, lab_tech, campaign, queue, enter, specimen
):
    result = enter(specimen)
    client = client_for(lab_tech)

    for query, is_there in [
        (f"?campaign={campaign.pk}", True),
        ("?state=draft", True),
        ("?state=verified", False),
        ("?state=nonsense", True),
    ]:
        assert (seen(result) in client.get(queue + query).content.decode()) == is_there


def test_another_projects_grid_does_not_exist(client_for, outsider, grid, queue):
    client = client_for(outsider)

    assert client.get(grid).status_code == 404
    assert client.get(queue).status_code == 404
    assert client.post(queue, {"step": "verify"}, format="multipart").status_code == 404


@pytest.mark.parametrize("asked", ["?kind=soil", "?kind=x&replicate=x", "?replicate=99999"])
def test_the_grid_narrows_and_forgives(client_for, lab_tech, grid, specimen, carbon, asked):
    assert client_for(lab_tech).get(grid + asked).status_code == 200


def test_the_grid_asks_as_often_for_many_specimens_as_for_few(
    client_for, lab_tech, grid, campaign, enter, django_assert_num_queries
):
    client = client_for(lab_tech)
    enter(make_specimens(campaign, 1, first=100)[0])
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(grid)
    for specimen in make_specimens(campaign, 20, first=200):
        enter(specimen)

    with django_assert_num_queries(len(few)):
        client.get(grid)


def doubt_about(result, campaign, message):
    return Finding.objects.create(
        project=campaign.project, scope=campaign.capture_scope, rule="value-c-unusual",
        severity="warning", record_type="specimen", record=result.specimen_id,
        key=str(result.pk), message=message, raised_at=NOW,
    )  # fmt: skip


@pytest.fixture
def entered(enter, specimens):
    """A value with a finding, one outside its plausible range of 20 to 50, one like others."""
    return [enter(one, value) for one, value in zip(specimens, ("41", "12", "42"), strict=True)]


def test_a_doubtful_value_is_marked_in_its_cell_with_the_reason(
    client_for, lab_tech, campaign, grid, entered, django_assert_num_queries
):
    doubtful, unusual, clean = entered
    client = client_for(lab_tech)
    with CaptureQueriesContext(connection) as before:
        client.get(grid)
    finding = doubt_about(doubtful, campaign, "C <of> 41 % is unusual.")

    with django_assert_num_queries(len(before)):
        page = client.get(grid).content.decode()

    assert page.count('class="doubtful"') == page.count('aria-hidden="true">!</span>') == 2
    for result, reason in (
        (doubtful, "C &lt;of&gt; 41 % is unusual."),
        (unusual, "It lies outside the plausible range, 20 to 50."),
    ):
        assert f'aria-describedby="doubt-{result.pk}"' in page
        assert re.search(rf'<li id="doubt-{result.pk}">.*: {re.escape(reason)}</li>', page)
    assert f"doubt-{clean.pk}" not in page

    finding.state, finding.settled_by, finding.settled_at = "accepted", lab_tech, NOW
    finding.reason = "Weighed twice."
    finding.save()
    assert client.get(grid).content.decode().count('class="doubtful"') == 1


@pytest.mark.parametrize(
    ("limits", "says"), [((None, 40), "up to 40."), ((20.5, None), "from 20.5.")]
)
def test_the_plausible_range_of_a_value_is_told(limits, says):
    low, high = limits
    flagged = Determination(flags=["out_of_plausible_range"])

    cell = Cell(variable=Variable(plausible_min=low, plausible_max=high), result=flagged)

    assert cell.remarks == (f"It lies outside the plausible range, {says}",)


def test_the_queue_moves_what_is_ticked(client_for, lab_tech, verifier, queue, enter, specimen):
    result = enter(specimen)

    client_for(lab_tech).post(
        queue, {"step": "submit", "result": [seen(result)]}, format="multipart"
    )
    answer = client_for(verifier).post(
        queue, {"step": "verify", "result": [seen(result)]}, format="multipart"
    )

    result.refresh_from_db()
    assert answer.status_code == 302
    assert (result.state, result.verified_by) == ("verified", verifier)


def test_clean_results_are_verified_together_and_the_doubtful_stay(
    client_for, lab_tech, verifier, queue, enter, specimens
):
    clean, doubtful = enter(specimens[0]), enter(specimens[1], "60")
    tech, client = client_for(lab_tech), client_for(verifier)
    both = [seen(clean), seen(doubtful)]
    tech.post(queue, {"step": "submit", "result": both}, format="multipart")

    page = client.get(queue).content.decode()
    offered = [
        one for one in (seen(clean), seen(doubtful)) if f'name="clean" value="{one}"' in page
    ]
    client.post(queue, {"step": "verify_clean", "clean": offered}, format="multipart")

    states = dict(Determination.objects.values_list("pk", "state"))
    assert states == {clean.pk: "verified", doubtful.pk: "submitted"}


def test_own_entries_say_why_they_are_not_verified_here(
    client_for, second_role, queue, enter, specimen
):
    result = enter(specimen)
    client = client_for(second_role)
    client.post(queue, {"step": "submit", "result": [seen(result)]}, format="multipart")

    page = client.get(queue).content.decode()
    answer = client.post(queue, {"step": "verify", "result": [seen(result)]}, format="multipart")

    result.refresh_from_db()
    assert "You entered this result; somebody else does this step." in page
    assert 'name="clean"' not in page
    assert answer.status_code == 403
    assert "You entered this result" in answer.content.decode()
    assert result.state == "submitted"


def test_a_form_that_names_results_strangely_is_refused(client_for, verifier, queue):
    client = client_for(verifier)

    for named in ["x:1", "00000000-0000-0000-0000-000000000000", "x"]:
        answer = client.post(queue, {"step": "verify", "result": [named]}, format="multipart")
        assert answer.status_code == 400


def test_two_verifiers_at_once_do_not_both_move_a_result(
    client_for, lab_tech, verifier, queue, enter, specimen
):
    result = enter(specimen)
    client_for(lab_tech).post(
        queue, {"step": "submit", "result": [seen(result)]}, format="multipart"
    )
    form = {"step": "verify", "result": [seen(result)]}
    client = client_for(verifier)

    answers = [client.post(queue, form, format="multipart").status_code for _ in range(2)]

    assert answers == [302, 409]
