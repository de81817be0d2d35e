"""Rules of the tables of cores, specimens, values and the ledger, asked by SQL alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from sampling.models import (
    RECORD_MODELS,
    Campaign,
    Device,
    Finding,
    Project,
    SyncBatch,
    SyncChange,
    SyncConflict,
    SyncOperation,
    SyncWaiting,
)
from tests.any_records import AnyRecords
from tests.people import FRIDAY

pytestmark = pytest.mark.django_db

ROOMS = ("cores", "specimens", "traits", "ledger", "findings")

# Table, what is written to a good row, the constraint that refuses it.
REFUSED = [
    ("samplingpoint", "date_precision = 'hour'", "samplingpoint_date_precision_known"),
    ("samplingpoint", "position = 'here'", "samplingpoint_position_known"),
    ("samplingpoint", "latitude = 90.1", "samplingpoint_latitude_on_earth"),
    ("samplingpoint", "latitude = -90.1", "samplingpoint_latitude_on_earth"),
    ("samplingpoint", "longitude = 180.1", "samplingpoint_longitude_on_earth"),
    ("samplingpoint", "longitude = -180.1", "samplingpoint_longitude_on_earth"),
    ("samplingpoint", "latitude = NULL", "samplingpoint_point_whole"),
    ("samplingpoint", "longitude = NULL", "samplingpoint_point_whole"),
    ("samplingpoint", "distance_to_tree_m = -0.1", "samplingpoint_tree_distance_range"),
    ("samplingpoint", "distance_to_tree_m = 1001", "samplingpoint_tree_distance_range"),
    ("soilcore", "date_precision = ''", "soilcore_date_precision_known"),
    ("soilcore", "inner_diameter_cm = 0", "soilcore_diameter_possible"),
    ("soilcore", "inner_diameter_cm = 100.1", "soilcore_diameter_possible"),
    ("soilcore", "inner_diameter_cm = 'NaN'", "soilcore_diameter_possible"),
    ("soilcore", "cores_composited = 0", "soilcore_composited_range"),
    ("soilcore", "cores_composited = 1001", "soilcore_composited_range"),
    ("soilcore", "driven_length_cm = -1", "soilcore_driven_range"),
    ("soilcore", "driven_length_cm = 2001", "soilcore_driven_range"),
    ("soilcore", "recovered_length_cm = -1", "soilcore_recovered_range"),
    ("soilcore", "recovered_length_cm = 2001", "soilcore_recovered_range"),
    ("coresegment", "date_precision = 'week'", "coresegment_date_precision_known"),
    ("coresegment", "upper_depth_cm = 30", "coresegment_upper_above_lower"),
    ("coresegment", "upper_depth_cm = 31", "coresegment_upper_above_lower"),
    ("coresegment", "upper_depth_cm = -1", "coresegment_upper_in_soil"),
    ("coresegment", "lower_depth_cm = 2000.1", "coresegment_lower_in_soil"),
    ("coresegment", "lower_depth_cm = NULL", "coresegment_ends_somewhere"),
    ("coresegment", "recovered_length_cm = -1", "coresegment_recovered_range"),
    ("coresegment", "recovered_length_cm = 100001", "coresegment_recovered_range"),
    ("coresegment", "sampled_area_cm2 = 0", "coresegment_area_positive"),
    ("coresegment", "purpose = 'fun'", "coresegment_purpose_known"),
    ("codeblock", "size = 0", "codeblock_size_range"),
    ("codeblock", "size = 100001", "codeblock_size_range"),
    ("codeblock", "first_number = -1", "codeblock_number_range"),
    ("codeblock", "first_number = 1073741824", "codeblock_number_range"),
    ("codeblock", None, "codeblock_no_overlap"),
    ("specimen", "date_precision = 'x'", "specimen_date_precision_known"),
    ("specimen", "kind = 'stone'", "specimen_kind_known"),
    ("specimen", "code = ''", "specimen_code_given"),
    ("specimenlink", "date_precision = 'x'", "specimenlink_date_precision_known"),
    ("specimenlink", "relation = 'loan'", "specimenlink_relation_known"),
    ("specimenlink", "child_id = parent_id", "specimenlink_not_itself"),
    ("specimenlink", "mass_taken_g = -0.1", "specimenlink_mass_range"),
    ("specimenlink", "mass_taken_g = 1000001", "specimenlink_mass_range"),
    ("rootfraction", "date_precision = 'x'", "rootfraction_date_precision_known"),
    ("rootfraction", "kind = 'leaf'", "rootfraction_kind_known"),
    ("rootfraction", "living = 'no'", "rootfraction_living_known"),
    ("rootfraction", "origin = 'moon'", "rootfraction_origin_known"),
    ("rootfraction", "dry_mass_g = NULL, dry_mass_reason = 'bored'", "rootfraction_reason_known"),
    ("rootfraction", "dry_mass_g = -0.1", "rootfraction_mass_range"),
    ("rootfraction", "dry_mass_g = 1000001", "rootfraction_mass_range"),
    (
        "rootfraction",
        "lower_diameter_mm = 2, upper_diameter_mm = 2",
        "rootfraction_diameters_in_order",
    ),
    ("rootfraction", "species_share = 1.1", "rootfraction_species_share_range"),
    ("rootfraction", "species_share = -0.1", "rootfraction_species_share_range"),
    ("rootfraction", "processed_share = 0", "rootfraction_processed_share_range"),
    ("rootfraction", "processed_share = 1.1", "rootfraction_processed_share_range"),
    ("rootfraction", "extraneous_share = -0.1", "rootfraction_extraneous_share_range"),
    ("rootfraction", "extraneous_share = 1.1", "rootfraction_extraneous_share_range"),
    *(
        ("rootfraction", change, "rootfraction_dry_mass_g_is_number_limit_or_reason")
        for change in (
            "dry_mass_g = NULL",
            "dry_mass_reason = 'lost'",
            "dry_mass_limit_g = 1",
            "dry_mass_censoring = 'lt'",
            "dry_mass_censoring = 'lt', dry_mass_limit_g = 1",
            "dry_mass_censoring = 'lt', dry_mass_g = NULL",
            "dry_mass_censoring = 'gt', dry_mass_g = NULL, dry_mass_reason = 'lost'",
            "dry_mass_censoring = 'eq', dry_mass_g = NULL, dry_mass_limit_g = 1",
        )
    ),
    ("measurement", "date_precision = 'x'", "measurement_date_precision_known"),
    ("measurement", "value = NULL, reason = 'bored'", "measurement_reason_known"),
    ("measurement", "plot_id = NULL", "measurement_one_subject"),
    ("measurement", "soil_core_id = (TABLE a_core)", "measurement_one_subject"),
    *(
        ("measurement", change, "measurement_value_is_number_limit_or_reason")
        for change in (
            "value = NULL",
            "reason = 'lost'",
            '"limit" = 1',
            "censoring = 'gt'",
            "censoring = 'gt', value = NULL",
            "censoring = 'x', value = NULL, \"limit\" = 1",
        )
    ),
    ("penetrationprofile", "date_precision = 'x'", "penetrationprofile_date_precision_known"),
    ("penetrationprofile", "step_cm = 0", "penetrationprofile_step_positive"),
    ("penetrationprofile", "step_cm = 100.1", "penetrationprofile_step_positive"),
    ("penetrationprofile", "soil_water_percent = -1", "penetrationprofile_water_range"),
    ("penetrationprofile", "soil_water_percent = 101", "penetrationprofile_water_range"),
    ("custodyevent", {"date_precision": "x"}, "custodyevent_date_precision_known"),
    ("custodyevent", {"kind": "eaten"}, "custodyevent_kind_known"),
    ("finding", "state = 'gone'", "finding_state_known"),
    ("finding", "severity = 'deadly'", "finding_severity_known"),
    ("finding", "state = 'accepted', reason = 'x'", "finding_accepted_with_a_reason"),
    ("finding", "state = 'accepted', settled_by_id = NULL", "finding_accepted_with_a_reason"),
    ("finding", None, "finding_once"),
    ("syncbatch", "state = 'lost'", "syncbatch_state_known"),
    ("syncbatch", "state = 'refused', error = 'why'", "syncbatch_refused_by_somebody"),
    ("syncbatch", "first_seq = 1", "syncbatch_only_applied_have_a_place"),
    ("syncbatch", None, "syncbatch_once"),
    ("syncoperation", "status = 'fine'", "syncoperation_status_known"),
    ("syncoperation", None, "syncoperation_number_once"),
    ("syncwaiting", None, "syncwaiting_once"),
    ("syncchange", None, "syncchange_seq_once"),
    ("syncconflict", "kind = 'quarrel'", "syncconflict_kind_known"),
]


class Stored:
    """One good row of each table of these rooms, and a road to copies of it."""

    def __init__(self, records: AnyRecords) -> None:
        self.records = records
        self.makers: dict[str, Callable[[], models.Model]] = {
            "finding": self.finding,
            "syncbatch": self.batch,
            "syncoperation": self.operation,
            "syncwaiting": lambda: SyncWaiting.objects.create(
                operation=self.operation(), needs_type="plot", needs=uuid.uuid4()
            ),
            "syncchange": lambda: SyncChange.objects.create(
                scope="x", type="site", record=uuid.uuid4(), seq=1, revision=1
            ),
            "syncconflict": self.conflict,
        }

    def row(self, table: str) -> models.Model:
        """Return a good row."""
        if table in self.makers:
            return self.makers[table]()
        name = next(
            name for name, model in RECORD_MODELS.items() if model._meta.model_name == table
        )
        return self.records.make(name)

    def copy(self, row: models.Model, **changed: Any) -> None:
        """Store the same row again under another key, changed as told."""
        twin = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
        if isinstance(twin, SyncChange):
            twin.record = uuid.uuid4()
        elif isinstance(row.pk, uuid.UUID):
            twin.pk = uuid.uuid4()
        else:
            twin.pk = None
        for name, value in changed.items():
            setattr(twin, name, value)
        type(row)._default_manager.bulk_create([twin])

    def finding(self) -> Finding:
        return Finding.objects.create(
            project=self.records.project,
            scope="x",
            rule="r",
            severity="note",
            record_type="soil_core",
            record=uuid.uuid4(),
            message="m",
            raised_at=FRIDAY,
        )

    def batch(self) -> SyncBatch:
        return SyncBatch.objects.create(
            device=self.records.device, sha256=bytes(32), received_at=FRIDAY, body=b""
        )

    def operation(self) -> SyncOperation:
        return SyncOperation.objects.create(
            op=uuid.uuid4(),
            device=self.records.device,
            n=1,
            via="tablet",
            scope="x",
            type="soil_core",
            record=uuid.uuid4(),
            do="create",
            status="deferred",
            content_sha256=bytes(32),
            received_at=FRIDAY,
        )

    def conflict(self) -> SyncConflict:
        return SyncConflict.objects.create(
            operation=self.operation(),
            project=self.records.project,
            scope="x",
            type="soil_core",
            record=uuid.uuid4(),
            group="note",
            raised_at=FRIDAY,
        )


@pytest.fixture
def stored(project: Project, campaign: Campaign, device: Device) -> Stored:
    return Stored(AnyRecords(project, campaign, device))


@pytest.mark.parametrize(("table", "change", "constraint"), REFUSED)
def test_a_row_that_contradicts_a_rule_is_refused(
    stored: Stored, table: str, change: Any, constraint: str
) -> None:
    row = stored.row(table)
    is_synced = any(model._meta.model_name == table for model in RECORD_MODELS.values())

    def write() -> None:
        if not isinstance(change, str):
            stored.copy(row, **(change or {}))
            return
        core = stored.records.make("soil_core").pk if "a_core" in change else None
        grown = ", revision = revision + 1" if is_synced else ""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"WITH a_core AS (SELECT %s::uuid) UPDATE sampling_{table} SET {change}{grown}"
                f" WHERE {row._meta.pk.column if row._meta.pk else 'id'} = %s",
                [core, row.pk],
            )

    with pytest.raises(IntegrityError, match=f'"{constraint}"'):
        write()


@pytest.mark.parametrize("name", [n for n, m in RECORD_MODELS.items() if m.scope_kind != "project"])
def test_a_revision_below_zero_is_refused(stored: Stored, name: str) -> None:
    row = stored.records.make(name)

    with pytest.raises(IntegrityError, match="revision_check"), transaction.atomic():
        stored.copy(row, revision=-1)


def test_every_rule_of_these_tables_is_tried() -> None:
    rules = {
        constraint.name
        for model in apps.get_app_config("sampling").get_models()
        if model.__module__.rsplit(".", 1)[1] in ROOMS
        for constraint in model._meta.constraints
    }

    assert rules == {constraint for _, _, constraint in REFUSED}
