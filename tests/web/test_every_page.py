"""Every page opens for those who may, and for nobody else; and is sound HTML."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from sampling.models import SyncConflict
from tests.web.scenes import faults_of

MEMBERS = frozenset(
    {
        "technician",
        "field_lead",
        "lab_tech",
        "verifier",
        "lab_manager",
        "protocol_editor",
        "protocol_publisher",
        "analyst",
        "steward",
        "admin",
    }
)

# Page, the fixture that names what it shows, and who may open it.
PAGES = {
    "project": (None, MEMBERS),
    "campaign": ("campaign", MEMBERS),
    "campaign-cores": ("campaign", MEMBERS),
    "core": ("core", MEMBERS),
    "conflicts": (None, {"technician", "field_lead", "steward"}),
    "conflict": ("conflict", {"technician", "field_lead", "steward"}),
    "held": (None, {"technician", "field_lead", "steward", "admin"}),
    "held-operation": ("held", {"technician", "field_lead", "steward", "admin"}),
    "findings": (None, MEMBERS),
    "finding": ("finding", MEMBERS),
    "protocols": (None, MEMBERS),
    "protocol-new": (None, {"protocol_editor"}),
    "protocol-version-new": ("protocol", {"protocol_editor"}),
    "protocol-version": ("protocol_version", MEMBERS),
    "protocol-document": ("protocol_version", MEMBERS),
    "protocol-diff": ("protocol_version", MEMBERS),
    "devices": (None, {"field_lead", "steward", "admin"}),
    "device-enrol": (None, {"admin"}),
    "device-revoke": ("device", {"admin"}),
}


@pytest.fixture
def everything(request, plan, conflict, held, finding):
    """Return the address of a page, once all that pages show is there."""

    def address(page: str) -> str:
        fixture, _ = PAGES[page]
        project = request.getfixturevalue("project")
        thing = request.getfixturevalue(fixture) if fixture else None
        key = thing if isinstance(thing, uuid.UUID | None) else thing.pk
        url = reverse(f"pages:{page}", args=[project.pk, *([key] if key else [])])
        return f"{url}?since={key}" if page == "protocol-diff" else url

    return address


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_its_roles_and_tells_other_members_so(
    request, everything, signed_in, page
):
    url = everything(page)

    answers = {
        name: signed_in(request.getfixturevalue(name)).get(url).status_code
        for name in sorted(MEMBERS)
    }

    allowed = PAGES[page][1]
    assert answers == {name: 200 if name in allowed else 403 for name in MEMBERS}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_not_exist_for_an_outsider(everything, signed_in, outsider, page):
    url = everything(page)

    answer = signed_in(outsider).get(url)

    assert answer.status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(everything, client, page):
    url = everything(page)

    answer = client.get(url)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=")


def test_a_part_of_a_page_reloads_the_whole_when_the_session_ended(everything, client):
    answer = client.get(everything("campaign"), headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


@pytest.mark.parametrize("page", sorted({name for name, (thing, _) in PAGES.items() if thing}))
def test_a_thing_of_another_project_does_not_exist_under_ones_own(
    everything, signed_in, outsider, other_project, project, page
):
    url = everything(page).replace(str(project.pk), str(other_project.pk))

    answer = signed_in(outsider).get(url)

    assert answer.status_code == 404


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"protocol-document"}))
def test_a_page_is_sound_html_without_inline_script_or_style(request, everything, signed_in, page):
    url = everything(page)
    person = request.getfixturevalue(sorted(PAGES[page][1])[0])

    html = signed_in(person).get(url).content.decode()

    assert faults_of(html) == []
    assert '<a class="skip" href="#main">' in html


def test_the_first_page_shows_the_campaigns_of_ones_projects_only(
    everything, signed_in, technician, outsider
):
    own = signed_in(technician).get("/")
    foreign = signed_in(outsider).get("/")

    assert "Harvest 2026" in own.content.decode()
    assert faults_of(own.content.decode()) == []
    assert "Harvest 2026" not in foreign.content.decode()


def test_the_rooms_shown_are_those_the_role_opens(everything, signed_in, analyst, project):
    html = signed_in(analyst).get(everything("project")).content.decode()

    assert reverse("pages:findings", args=[project.pk]) in html
    assert reverse("pages:devices", args=[project.pk]) not in html
    assert reverse("pages:conflicts", args=[project.pk]) not in html


@pytest.mark.parametrize("page", ["conflicts", "findings", "held"])
def test_a_strange_campaign_in_the_filter_does_not_exist(everything, signed_in, steward, page):
    url = everything(page)

    answers = [
        signed_in(steward).get(url, {"campaign": odd}).status_code for odd in ("x", uuid.uuid4())
    ]

    assert answers == [404, 404]


def test_exact_positions_are_for_the_roles_that_may_read_them(
    everything, signed_in, technician, field_lead
):
    url = everything("core")

    hidden = signed_in(technician).get(url).content.decode()
    shown = signed_in(field_lead).get(url).content.decode()

    assert "52.00871" not in hidden
    assert "52.00871" in shown


def test_the_core_page_tells_its_history_down_to_who_and_with_what(
    everything, signed_in, technician
):
    html = signed_in(technician).get(everything("core")).content.decode()

    assert "Tablet 1" in html
    assert "recovered length (cm)" in html
    assert "40" in html
    assert SyncConflict.objects.count() == 1
    assert "Conflict about" in html
