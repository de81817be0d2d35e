"""Rules of the tables of people, studies and campaigns, asked by SQL that passes our code by."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from sampling.models import (
    Assignment,
    AuditEvent,
    Campaign,
    CampaignMove,
    Device,
    EnrolmentCode,
    Project,
    User,
    WeatherMonth,
)
from tests.any_records import AnyRecords
from tests.people import FRIDAY

ROOMS = ("people", "studies", "campaigns")

# Table, what is written, the constraint that refuses it.
REFUSED = [
    ("membership", "role = 'king'", "membership_role_known"),
    ("device", "state = 'lost'", "device_state_known"),
    ("enrolmentcode", "used_at = now()", "enrolmentcode_used_by_a_device"),
    ("site", "land_use = 'forest'", "site_land_use_known"),
    ("site", "latitude = 91", "site_latitude_on_earth"),
    ("site", "longitude = -181", "site_longitude_on_earth"),
    ("site", "latitude = NULL", "site_point_whole"),
    ("site", "ph = 1.5", "site_ph_possible"),
    ("plot", "area_m2 = 0", "plot_area_positive"),
    ("cropstand", "kind = 'weed'", "cropstand_kind_known"),
    ("cropstand", "season = 1800", "cropstand_season_plausible"),
    ("cropstand", "growth_stage_bbch = 100", "cropstand_bbch_range"),
    ("cropstand", "yield_t_ha = -1", "cropstand_yield_range"),
    (
        "cropstand",
        "sown_on = '2026-08-01', harvested_on = '2026-07-01'",
        "cropstand_sown_before_harvest",
    ),
    ("managementevent", "kind = 'party'", "managementevent_kind_known"),
    ("managementevent", "date_precision = 'hour'", "managementevent_date_precision_known"),
    ("weathermonth", "month = 13", "weathermonth_month_range"),
    ("weathermonth", "rain_mm = -1", "weathermonth_rain_positive"),
    (
        "campaign",
        "opens_on = '2026-08-01', closes_on = '2026-07-01'",
        "campaign_opens_before_it_closes",
    ),
    ("plannedplot", "cores = 10001", "plannedplot_cores_range"),
    ("assignment", "mode = 'w'", "assignment_mode_known"),
    ("assignment", "device_id = NULL", "assignment_device_or_user"),
]

# Table and the unique constraint that refuses a second row of the same.
ONCE = [
    ("project", "sampling_project_slug_key"),
    ("membership", "membership_once"),
    ("device", "device_token_once"),
    ("enrolmentcode", "sampling_enrolmentcode_code_sha256_key"),
    ("site", "site_code_once"),
    ("study", "study_code_once"),
    ("treatment", "treatment_code_once"),
    ("block", "block_code_once"),
    ("plot", "plot_code_once"),
    ("weathermonth", "weathermonth_once"),
    ("campaign", "campaign_code_once"),
    ("plannedplot", "plannedplot_once"),
    ("assignment", "assignment_device_once"),
]


@pytest.fixture
def one_of_each(
    project: Project, campaign: Campaign, device: Device, technician: User
) -> AnyRecords:
    """Make one row of every table."""
    records = AnyRecords(project, campaign, device)
    for name in ("treatment", "block", "crop_stand", "management_event", "planned_plot"):
        records.make(name)
    WeatherMonth.objects.create(
        site=records.make("site"),
        year=2026,
        month=5,
        mean_temperature_c=14.1,
        rain_mm=50,
        source="x",
    )
    EnrolmentCode.objects.create(
        project=project,
        user=technician,
        issued_by=technician,
        device_name="x",
        code_sha256="x",
        issued_at=FRIDAY,
        expires_at=FRIDAY,
    )
    return records


def run(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def columns_of(table: str) -> list[str]:
    model = apps.get_model("sampling", table)
    return [field.column for field in model._meta.concrete_fields]


@pytest.mark.parametrize(("table", "change", "constraint"), REFUSED)
def test_the_database_refuses_what_cannot_be(
    one_of_each: AnyRecords, table: str, change: str, constraint: str
) -> None:
    grows = "revision = revision + 1, " if "revision" in columns_of(table) else ""

    with pytest.raises(IntegrityError, match=constraint):
        run(f"UPDATE sampling_{table} SET {grows}{change}")


@pytest.mark.parametrize(("table", "constraint"), ONCE)
def test_the_database_keeps_what_is_there_once(
    one_of_each: AnyRecords, table: str, constraint: str
) -> None:
    columns = [name for name in columns_of(table) if name != "id"]
    copied = ", ".join(f'"{name}"' for name in columns)
    has_uuid = isinstance(apps.get_model("sampling", table)._meta.pk, models.UUIDField)
    key, value = ("id, ", "gen_random_uuid(), ") if has_uuid else ("", "")

    with pytest.raises(IntegrityError, match=constraint):
        run(
            f"INSERT INTO sampling_{table} ({key}{copied})"
            f" SELECT {value}{copied} FROM sampling_{table} LIMIT 1"
        )


def test_a_person_is_assigned_to_a_campaign_once(campaign: Campaign, technician: User) -> None:
    for _ in range(2):
        grant = Assignment(campaign=campaign, user=technician, granted_at=FRIDAY)
        if not Assignment.objects.filter(user=technician).exists():
            grant.save()
            continue
        with pytest.raises(IntegrityError, match="assignment_user_once"), transaction.atomic():
            grant.save()


MOVES = {
    "campaignmove_says_why": {"why": ""},
    "campaignmove_to_another_version": {"same": True},
    "campaignmove_once": {"twice": True},
}


@pytest.mark.parametrize("constraint", MOVES)
def test_a_move_of_a_campaign_says_why_and_where_to_once(
    campaign: Campaign, technician: User, constraint: str
) -> None:
    told = MOVES[constraint]
    version, elsewhere = campaign.protocol_version_id, uuid.uuid4()
    move = {
        "campaign_id": campaign.pk,
        "from_version_id": version,
        "to_version_id": version if told.get("same") else elsewhere,
        "why": told.get("why", "a corer broke"),
        "moved_by_id": technician.pk,
        "moved_at": FRIDAY,
        "revision": 2,
    }

    # The version that is not there would be noticed at the end only.
    with pytest.raises(IntegrityError, match=constraint):
        CampaignMove.objects.bulk_create([CampaignMove(**move), CampaignMove(**move)])


@pytest.mark.parametrize("sql", ["UPDATE %s SET action = 'x'", "DELETE FROM %s"])
def test_an_audit_event_is_never_changed(project: Project, technician: User, sql: str) -> None:
    AuditEvent.objects.create(
        at=FRIDAY, project=project, user=technician, action="a", subject_type="b", subject="c"
    )

    with pytest.raises(DatabaseError, match="append_only"):
        run(sql % "sampling_auditevent")


@pytest.mark.parametrize("table", ["site", "study", "plot", "campaign", "protocolversion"])
def test_a_synced_row_is_not_written_past_the_ledger(
    one_of_each: AnyRecords, plot: Any, table: str
) -> None:
    with pytest.raises(DatabaseError, match="without a new revision"):
        run(f"UPDATE sampling_{table} SET received_at = now()")
    with pytest.raises(DatabaseError, match="voided, never deleted"):
        run(f"DELETE FROM sampling_{table}")
    with pytest.raises(DatabaseError, match="change log"):
        run(f"UPDATE sampling_{table} SET revision = 99; SET CONSTRAINTS ALL IMMEDIATE")


def test_the_id_and_project_of_a_record_never_change(
    one_of_each: AnyRecords, other_project: Project
) -> None:
    with pytest.raises(DatabaseError, match="never change"):
        run(
            "UPDATE sampling_site SET revision = 2, project_id = %s",
            uuid.UUID(str(other_project.pk)),
        )


def test_every_constraint_of_these_tables_is_tried_here() -> None:
    tried = {constraint for _, _, constraint in REFUSED} | {name for _, name in ONCE}
    tried |= {"assignment_user_once", *MOVES}

    known = {
        constraint.name
        for model in apps.get_app_config("sampling").get_models()
        if model.__module__.rsplit(".", maxsplit=1)[-1] in ROOMS
        for constraint in model._meta.constraints
    }

    assert known - tried == set()
