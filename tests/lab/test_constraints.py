"""The rules of the laboratory's tables hold for whoever writes, also past all our code."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from sampling.models import Determination, ImportBatch, Method, MethodVersion, Transition
from tests.lab.conftest import CARBON, MONDAY, make_variable

COLUMNS = """id, project_id, specimen_id, variable_id, purpose, replicate_no, value, censoring,
    "limit", unit, as_entered, reason, flags, note, state, is_on_hold, version, entered_by_id,
    entered_at, verified_by_id, approved_by_id, approved_at, supersedes_id, batch_id"""


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def insert(project, specimen, carbon, lab_tech):
    """Return a function that inserts a determination by SQL and returns its id."""

    def inserted(**changed):
        row = {
            "id": uuid.uuid4(),
            "project_id": project.pk,
            "specimen_id": specimen.pk,
            "variable_id": carbon.pk,
            "purpose": "result",
            "replicate_no": 1,
            "value": 41,
            "censoring": "none",
            "limit": None,
            "unit": "%",
            "as_entered": "41",
            "reason": "",
            "flags": "[]",
            "note": "",
            "state": "draft",
            "is_on_hold": False,
            "version": 1,
            "entered_by_id": lab_tech.pk,
            "entered_at": MONDAY,
            "verified_by_id": None,
            "approved_by_id": None,
            "approved_at": None,
            "supersedes_id": None,
            "batch_id": None,
        } | changed
        marks = ", ".join(["%s"] * len(row))
        run(f"INSERT INTO sampling_determination ({COLUMNS}) VALUES ({marks})", *row.values())
        return row["id"]

    return inserted


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"value": None}, "determination_value_is_number_limit_or_reason"),
        ({"reason": "lost"}, "determination_value_is_number_limit_or_reason"),
        ({"censoring": "lt"}, "determination_value_is_number_limit_or_reason"),
        ({"limit": 1}, "determination_value_is_number_limit_or_reason"),
        ({"censoring": "lt", "value": None}, "determination_value_is_number_limit_or_reason"),
        (
            {"censoring": "eq", "limit": 1, "value": None},
            "determination_value_is_number_limit_or_reason",
        ),
        ({"state": "published"}, "determination_state_known"),
        ({"state": "verified"}, "determination_verified_before_approved"),
        ({"state": "approved"}, "determination_(verified_before|approved_by)"),
        ({"replicate_no": -1}, "replicate_no_check"),
        ({"version": -1}, "version_check"),
    ],
)
def test_an_impossible_determination_is_refused(insert, changed, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        insert(**changed)


@pytest.mark.parametrize("signature", ["verified_by_id", "approved_by_id"])
def test_nobody_signs_what_they_entered(insert, lab_tech, signature):
    with pytest.raises(IntegrityError, match="determination_four_eyes"):
        insert(**{signature: lab_tech.pk})


def test_an_approved_result_names_who_approved_it(insert, verifier):
    with pytest.raises(IntegrityError, match="determination_approved_by_somebody"):
        insert(state="approved", verified_by_id=verifier.pk)


def test_one_result_stands_per_cell_and_replicate(insert):
    insert()

    with pytest.raises(IntegrityError, match="determination_one_live"):
        insert()
    for free in ({"replicate_no": 2}, {"purpose": "recheck"}, {"state": "superseded"}):
        insert(**free)


def test_a_result_is_superseded_once(insert):
    old = insert(state="superseded")
    insert(supersedes_id=old)

    with pytest.raises(IntegrityError, match="determination_superseded_once"):
        insert(supersedes_id=old, replicate_no=2)
    insert(supersedes_id=old, replicate_no=2, state="discarded")


@pytest.mark.parametrize(
    "change",
    [
        "value = 43",
        "as_entered = '43'",
        "unit = 'g/kg'",
        "censoring = 'lt', \"limit\" = 1, value = NULL",
        "replicate_no = 2",
        "note = 'changed'",
        "flags = '[\"x\"]'",
        "entered_at = now()",
        "supersedes_id = id",
    ],
)
def test_a_stored_result_is_never_edited(insert, change):
    pk = insert()

    with pytest.raises(DatabaseError, match="never edited"):
        run(f"UPDATE sampling_determination SET {change}, version = version + 1 WHERE id = %s", pk)


@pytest.mark.parametrize("version", ["version", "version - 1", "0"])
def test_a_move_raises_the_version(insert, version):
    pk = insert()

    with pytest.raises(DatabaseError, match="without a new version"):
        run(
            "UPDATE sampling_determination SET state = 'submitted',"
            f" version = {version} WHERE id = %s",
            pk,
        )


def test_determinations_and_their_steps_stay(enter, specimen):
    result = enter(specimen)
    step = result.transitions.get()

    for sql, pk in [
        ("DELETE FROM sampling_determination WHERE id = %s", result.pk),
        ("DELETE FROM sampling_transition WHERE id = %s", step.pk),
        ("UPDATE sampling_transition SET text = 'x' WHERE id = %s", step.pk),
    ]:
        with pytest.raises(DatabaseError, match=r"Cannot (delete|update)"):
            run(sql, pk)


def test_a_step_leads_to_a_known_state(enter, specimen, lab_tech):
    result = enter(specimen)

    with pytest.raises(IntegrityError, match="transition_to_state_known"), transaction.atomic():
        Transition.objects.create(
            determination=result, to_state="published", by=lab_tech, at=MONDAY
        )


def test_a_key_is_used_once_by_a_person(project, lab_tech, verifier):
    def batch(by):
        return ImportBatch(
            project=project,
            created_by=by,
            created_at=MONDAY,
            idempotency_key="k",
            body_sha256="",
            status_code=200,
            answer={},
        )

    ImportBatch.objects.bulk_create([batch(lab_tech), batch(verifier)])

    with pytest.raises(IntegrityError, match="importbatch_key_once"), transaction.atomic():
        ImportBatch.objects.bulk_create([batch(lab_tech)])


def test_a_method_version_is_never_changed(project):
    method = Method.objects.create(project=project, code="ea", title="Elemental analyser")
    version = MethodVersion.objects.create(
        method=method, number="1", sha256="0" * 64, created_at=MONDAY
    )

    for sql in (
        "UPDATE sampling_methodversion SET number = '2' WHERE id = %s",
        "DELETE FROM sampling_methodversion WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match=r"Cannot (delete|update)"):
            run(sql, version.pk)
    with pytest.raises(IntegrityError, match="methodversion_number_once"), transaction.atomic():
        MethodVersion.objects.create(method=method, number="1", sha256="", created_at=MONDAY)
    with pytest.raises(IntegrityError, match="method_code_once"), transaction.atomic():
        Method.objects.create(project=project, code="ea", title="Another")


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"code": "carbon_percent"}, "variable_code_once"),
        ({"place": "kitchen"}, "variable_place_known"),
        ({"hard_min": 5, "hard_max": 5}, "variable_ranges_in_order"),
    ],
)
def test_an_impossible_variable_is_refused(project, carbon, changed, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_variable(project, **{"code": "other", **CARBON, **changed})


def test_nothing_was_stored_by_the_refused(insert):
    with pytest.raises(IntegrityError):
        insert(value=None)

    assert not Determination.objects.exists()
