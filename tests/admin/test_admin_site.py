from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from sampling.actions.protocols import draft_version
from sampling.models import (
    Campaign,
    Device,
    Membership,
    Project,
    Protocol,
    ProtocolVersion,
    Site,
    SyncedModel,
    SyncOperation,
    User,
)
from tests.any_records import AnyRecords
from tests.house.permission_world import World
from tests.people import FRIDAY, make_member, make_record
from tests.protocol_examples import protocol_content


def made_staff(user: User) -> Client:
    """Let a person into the admin site, with every permission Django knows."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root(db: None) -> Client:
    """Return the client of a superuser who holds no role in any project."""
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="a long pass phrase"))
    return client


@pytest.fixture
def lead(field_lead: User) -> Client:
    return made_staff(field_lead)


def address(row: Any, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def filled(page: Any, **changes: Any) -> dict[str, Any]:
    """Return what the form on a page would send, changed."""
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {
        name: json.dumps(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value not in (None, False)
    }
    return {**sent, **changes}


THINGS = {
    "User": "technician",
    "Membership": "membership",
    "EnrolmentCode": "enrolment_code",
    "SyncOperation": "held",
    "SyncConflict": "conflict",
    "MethodVersion": "method_version",
    "ImportBatch": "import_batch",
    "ProtocolVersion": "draft",
    "StoredFile": "stored_file",
}
UNMADE = {"Transition", "WeatherMonth", "SyncBatch", "AuditEvent"}


@pytest.mark.parametrize(
    "model",
    [model for model in admin.site._registry if model._meta.app_label == "sampling"],
    ids=lambda model: model.__name__,
)
def test_every_table_is_listed_and_its_rows_open(
    request: pytest.FixtureRequest, root: Client, model: Any
) -> None:
    world = World(request)
    is_record = issubclass(model, SyncedModel)
    usual = model.record_type if is_record else model._meta.model_name
    name = THINGS.get(model.__name__, usual)
    row = None if model.__name__ in UNMADE else world[name]

    listed = root.get(reverse(f"admin:sampling_{model._meta.model_name}_changelist"))

    assert listed.status_code == 200
    if row is not None:
        assert root.get(address(row)).status_code == 200
        assert root.get(address(row, "delete")).status_code in (200, 403)


def test_a_record_is_changed_through_the_ledger(lead: Client, site: Site, field_lead: User) -> None:
    page = lead.get(address(site))

    answer = lead.post(address(site), filled(page, name="Silsoe farm"))

    assert answer.status_code == 302
    site.refresh_from_db()
    assert (site.name, site.revision) == ("Silsoe farm", 2)
    operation = SyncOperation.objects.get(record=site.pk)
    assert (operation.via, operation.by) == ("admin", field_lead)


def test_a_form_that_somebody_overtook_is_not_saved(lead: Client, site: Site) -> None:
    sent = filled(lead.get(address(site)), name="Mine")
    lead.post(address(site), filled(lead.get(address(site)), name="Theirs"))

    answer = lead.post(address(site), sent)

    assert "Somebody changed this in between" in answer.content.decode()
    site.refresh_from_db()
    assert site.name == "Theirs"


def test_saving_without_a_change_writes_nothing(lead: Client, site: Site) -> None:
    lead.post(address(site), filled(lead.get(address(site))))

    site.refresh_from_db()
    assert site.revision == 1


def test_a_site_is_made_through_the_ledger(lead: Client, project: Project) -> None:
    add = reverse("admin:sampling_site_add")
    sent = filled(lead.get(add), project=str(project.pk), code="NEW", land_use="cropland")

    answer = lead.post(add, sent)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    site = Site.objects.get()
    assert SyncOperation.objects.get().record == site.pk


def test_a_site_is_not_made_in_a_project_of_others(lead: Client, other_project: Project) -> None:
    add = reverse("admin:sampling_site_add")
    sent = filled(lead.get(add), project=str(other_project.pk), code="NEW", land_use="cropland")

    lead.post(add, sent)

    assert not Site.objects.exists()


def test_what_the_database_refuses_is_said_on_the_form(lead: Client, site: Site) -> None:
    sent = filled(lead.get(address(site)), latitude="", longitude="7")

    answer = lead.post(address(site), sent)

    assert "Give latitude and longitude, or neither." in answer.content.decode()


def test_a_superuser_without_a_role_changes_no_record(root: Client, site: Site) -> None:
    assert root.post(address(site), {"name": "x"}).status_code == 403
    assert root.get(reverse("admin:sampling_site_add")).status_code == 403


def test_a_captured_record_is_changed_and_not_made_here(
    lead: Client, project: Project, campaign: Campaign, device: Device
) -> None:
    core = AnyRecords(project, campaign, device).make("soil_core")

    answer = lead.post(address(core), filled(lead.get(address(core)), inner_diameter_cm="8"))

    assert answer.status_code == 302
    core.refresh_from_db()
    assert (core.revision, core.inner_diameter_cm) == (2, 8)
    assert lead.get(reverse("admin:sampling_soilcore_add")).status_code == 403


def test_custody_is_never_rewritten(
    lead: Client, project: Project, campaign: Campaign, device: Device
) -> None:
    event = AnyRecords(project, campaign, device).make("custody_event")

    assert lead.post(address(event), {"place": "x"}).status_code == 403


def test_staff_see_the_rows_of_their_own_projects(
    lead: Client, site: Site, other_project: Project
) -> None:
    foreign = make_record(Site, other_project, code="F", land_use="cropland", name="Foreign farm")

    listed = lead.get(reverse("admin:sampling_site_changelist")).content.decode()

    assert "Silsoe" in listed
    assert "Foreign farm" not in listed
    assert lead.get(address(foreign)).status_code == 302


def test_a_campaign_keeps_its_version_here_too(lead: Client, campaign: Campaign) -> None:
    page = lead.get(address(campaign))

    assert "protocol_version" not in page.context["adminform"].form.fields


def test_roles_are_given_and_taken_by_another_person(
    root: Client, project: Project, admin: User, technician: User
) -> None:
    add = reverse("admin:sampling_membership_add")
    sent = {"project": str(project.pk), "user": str(technician.pk), "role": "analyst"}
    assert root.post(add, sent).status_code == 302
    given = Membership.objects.get(user=technician, role="analyst")
    own = made_staff(admin).post(add, {**sent, "user": str(admin.pk)}, follow=True)

    assert "Nobody gives a role to themselves" in own.content.decode()
    root.post(address(given, "delete"), {"post": "yes"})
    assert not technician.has_role(project.pk, "analyst")


def test_a_project_is_made_with_its_first_admin(root: Client) -> None:
    root.post(reverse("admin:sampling_project_add"), {"slug": "new", "title": "New"})

    assert Membership.objects.get().role == "project_admin"


def run_action(client: Client, row: Any, action: str) -> str:
    """Run an action on one row of a list and return the page that follows."""
    listed = reverse(f"admin:sampling_{row._meta.model_name}_changelist")
    sent = {"action": action, "_selected_action": [str(row.pk)]}
    return client.post(listed, sent, follow=True).content.decode()


def test_a_device_is_revoked_by_who_manages_it(
    root: Client, device: Device, field_lead: User
) -> None:
    assert "not your device" in run_action(made_staff(field_lead), device, "revoke")
    run_action(root, device, "revoke")

    device.refresh_from_db()
    assert device.state == "revoked"


@pytest.fixture
def draft(protocol: Protocol, protocol_editor: User) -> ProtocolVersion:
    return draft_version(
        protocol=protocol,
        number="2.0.0",
        content=protocol_content(),
        by=protocol_editor,
        at=FRIDAY,
    )


def test_a_draft_is_edited_by_who_drafted_it(
    draft: ProtocolVersion, protocol_editor: User, project: Project
) -> None:
    colleague = make_member(project, "colleague", "protocol_editor")
    client = made_staff(protocol_editor)
    page = client.get(address(draft))

    refused = made_staff(colleague).post(address(draft), {"content": "{}"})
    client.post(address(draft), filled(page, change_note="clearer"))

    draft.refresh_from_db()
    assert refused.status_code == 403
    assert (draft.change_note, draft.revision) == ("clearer", 2)


def test_a_draft_is_published_by_another_person(
    draft: ProtocolVersion, protocol_editor: User, protocol_publisher: User, project: Project
) -> None:
    Membership.objects.create(user=protocol_editor, project=project, role="protocol_publisher")
    own = run_action(made_staff(protocol_editor), draft, "publish")
    assert "Another person publishes" in own

    run_action(made_staff(protocol_publisher), draft, "publish")

    draft.refresh_from_db()
    assert draft.state == "published"


def test_a_method_gets_another_wording_by_its_manager(
    request: pytest.FixtureRequest, lab_manager: User, root: Client
) -> None:
    method = World(request)["method"]
    add = reverse("admin:sampling_methodversion_add")
    sent = {"method": str(method.pk), "number": "3", "content": '{"temperature_c": 950}'}

    root.post(add, sent)
    assert not method.versions.exists()
    made_staff(lab_manager).post(add, sent)

    assert len(method.versions.get().sha256) == 64


ROOT = Path(__file__).resolve().parents[2]
STOCK = """
import django
from django.conf import settings
settings.INSTALLED_APPS.remove("unfold")
django.setup()
from django.core.management import call_command
from sampling import admin
assert "unfold" not in str(admin.HouseAdmin.__mro__), admin.HouseAdmin.__mro__
call_command("check")
"""


def test_the_admin_stands_on_the_stock_site_too() -> None:
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "rootfield.settings"}

    ran = subprocess.run(
        [sys.executable, "-c", STOCK],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
