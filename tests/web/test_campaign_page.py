"""Plan against actual: the numbers that tell a lead what is missing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sampling.models import Plot
from tests.people import make_record
from tests.web.scenes import send_core


def numbers_of(html: str, plot: str) -> list[str]:
    """Return the cells of a plot's row."""
    row = html.split(f">{plot}</a>")[1].split("</tr>", maxsplit=1)[0]
    return [cell.split("</td>")[0] for cell in row.split('<td class="number">')[1:]]


def test_the_plan_is_held_against_what_arrived_plot_by_plot(
    signed_in, field_lead, project, campaign, plan, core
):
    url = reverse("pages:campaign", args=[project.pk, campaign.pk])

    html = signed_in(field_lead).get(url).content.decode()

    cores, planned, missing, segments, planned_segments, missing_segments = numbers_of(html, "P01")
    assert (cores, planned) == ("1", "3")
    assert ">2<" in missing
    assert (segments, planned_segments) == ("1", "6")
    assert ">5<" in missing_segments


@pytest.mark.usefixtures("plan")
def test_a_plot_sampled_without_a_plan_is_shown_too(
    signed_in, field_lead, project, campaign, device, study
):
    stray = make_record(Plot, project, study=study, code="P99")
    send_core(device, campaign, stray)
    url = reverse("pages:campaign", args=[project.pk, campaign.pk])

    html = signed_in(field_lead).get(url).content.decode()
    only_missing = signed_in(field_lead).get(url, {"missing": 1}).content.decode()

    assert numbers_of(html, "P99")[:2] == ["1", "0"]
    assert ">P99</a>" not in only_missing
    assert ">P01</a>" in only_missing


@pytest.mark.usefixtures("conflict", "held", "finding")
def test_what_waits_for_a_person_is_counted_with_its_age_and_reason(
    signed_in, field_lead, project, campaign
):
    url = reverse("pages:campaign", args=[project.pk, campaign.pk])

    html = signed_in(field_lead).get(url).content.decode()

    assert "open conflict, the oldest" in html
    assert "reason=wrong-type" in html
    assert "layers overlap" in html
    assert "Tablet 1" in html


def test_cores_are_found_by_the_code_of_core_or_plot(
    signed_in, technician, project, campaign, device, plot
):
    other_plot = make_record(Plot, project, study=plot.study, code="Q2")
    send_core(device, campaign, plot, code="A-17")
    send_core(device, campaign, other_plot, code="B-3")
    url = reverse("pages:campaign-cores", args=[project.pk, campaign.pk])
    client = signed_in(technician)

    by_core = client.get(url, {"q": "a-1"}).content.decode()
    by_plot = client.get(url, {"q": "q2"}).content.decode()

    assert "A-17" in by_core
    assert "B-3" not in by_core
    assert "B-3" in by_plot
    assert "A-17" not in by_plot
