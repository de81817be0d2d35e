"""The bulk contract: every row answered, all its faults at once, nothing of others told."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.lab.bodies import MOST_BYTES
from sampling.models import Determination, ImportBatch, Specimen, Transition
from sampling.rules.codes import write_code
from tests.lab.conftest import CARBON, make_specimens, make_variable
from tests.people import FRIDAY, make_record

pytestmark = pytest.mark.django_db
BULK = "/api/v1/lab/results:bulk"


@pytest.fixture
def post(client_for, lab_tech, project, carbon):
    """Return a function that sends rows and returns status and body."""
    client = client_for(lab_tech)

    def sent(rows, mode="commit", on_error="accept_valid", key="", **query):
        asked = {"project": project.pk, "mode": mode, "on_error": on_error, **query}
        address = BULK + "?" + "&".join(f"{name}={value}" for name, value in asked.items())
        headers = {"Idempotency-Key": key} if key else {}
        answer = client.post(address, {"rows": rows}, headers=headers)
        return answer.status_code, answer.json()

    return sent


def row_for(specimen, value="41.2", **more):
    return {"specimen": specimen.code, "variable": "carbon_percent", "value": value, **more}


def codes_of(entry):
    return [error["code"] for error in entry["errors"]]


def test_each_row_has_its_entry_in_order(post, specimens):
    rows = [
        row_for(specimens[0], unit="%", ref="A1"),
        row_for(specimens[1], "150", unit="%", ref="A2"),
        row_for(specimens[2], "", ref="A3"),
    ]

    status, body = post(rows)

    assert status == 207
    assert body["status"] == "partial"
    assert [(row["row"], row["ref"], row["status"]) for row in body["rows"]] == [
        (1, "A1", "created"),
        (2, "A2", "rejected"),
        (3, "A3", "unchanged"),
    ]
    assert body["counts"] == {
        "rows": 3,
        "created": 1,
        "unchanged": 1,
        "superseded": 0,
        "held": 0,
        "rejected": 1,
        "warnings": 0,
    }
    assert body["undo"]["allowed"]
    assert body["undo"]["href"] == f"/api/v1/lab/batches/{body['batch']}:undo"


def test_a_stored_result_says_everything_about_itself(post, specimen, lab_tech, carbon):
    _, body = post([row_for(specimen, "<0.5", unit="%", note="second capsule", flag="reweighed")])

    result = Determination.objects.get(pk=body["rows"][0]["result"])
    assert (result.censoring, result.limit, result.value) == ("lt", Decimal("0.5"), None)
    assert (result.as_entered, result.unit, result.state) == ("<0.5", "%", "draft")
    assert (result.entered_by, result.specimen, result.variable) == (lab_tech, specimen, carbon)
    assert (result.note, str(result.batch_id)) == ("second capsule", body["batch"])
    assert result.flags == ["reweighed", "out_of_plausible_range"]
    (step,) = result.transitions.all()
    assert (step.from_state, step.to_state, step.by) == ("", "draft", lab_tech)


def test_all_faults_of_a_row_are_answered_at_once(post, specimen):
    row = {**row_for(specimen), "variable": "none", "value": "NaN", "replicate_no": 0}

    status, body = post([row])

    assert status == 422
    assert body["status"] == "rejected"
    assert sorted(codes_of(body["rows"][0])) == [
        "replicate_no.out_of_range",
        "value.not_finite",
        "variable.unknown",
    ]


@pytest.mark.parametrize(
    ("value", "stored", "warned"),
    [
        ("12,4", "12.4", ["value.decimal_comma", "value.plausible_range"]),
        ("0,435", "0.435", ["value.decimal_comma", "value.plausible_range"]),
        ("4e1", "40", []),
        ("-0", "0", ["value.plausible_range"]),
        (41.2, "41.2", []),
        (40, "40", []),
    ],
)
def test_values_are_stored_as_they_are_read(post, specimen, value, stored, warned):
    _, body = post([row_for(specimen, value, unit="%")])

    (row,) = body["rows"]
    assert row["read_as"] == stored
    assert [warning["code"] for warning in row["warnings"]] == warned
    assert Determination.objects.get().value == Decimal(stored)
    assert Determination.objects.get().as_entered == str(value)


def test_decimals_of_a_number_arrive_exactly(client_for, lab_tech, project, carbon, specimen):
    row = json.dumps(row_for(specimen, unit="%")).replace('"41.2"', "41.1234567891")

    client_for(lab_tech).post(
        f"{BULK}?mode=commit", f'{{"rows": [{row}]}}', content_type="application/json"
    )

    assert Determination.objects.get().value == Decimal("41.1234567891")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1,234", "3-5", "x"])
def test_what_cannot_be_read_is_refused(post, specimen, value):
    status, body = post([row_for(specimen, value)])

    assert status == 422
    assert body["rows"][0]["errors"][0]["given"] == value
    assert not Determination.objects.exists()


def test_a_decimal_mark_counts_for_the_whole_body(client_for, lab_tech, carbon, specimen):
    rows = [row_for(specimen, "41,234", unit="%")]
    client = client_for(lab_tech)

    answer = client.post(f"{BULK}?mode=commit", {"rows": rows, "decimal_mark": ","})

    assert answer.status_code == 201
    assert Determination.objects.get().value == Decimal("41.234")


def test_micrograms_become_milligrams(post, project, specimen, mass):
    _, body = post([row_for(specimen, "1234 µg", variable="dry_mass_mg")])

    assert body["rows"][0]["read_as"] == "1.234"
    assert Determination.objects.get().unit == "mg"


def test_a_value_without_unit_is_taken_and_said(post, specimen):
    status, body = post([row_for(specimen)])

    assert status == 201
    assert [warning["code"] for warning in body["rows"][0]["warnings"]] == ["unit.assumed"]


def test_rows_name_specimens_and_variables_by_id_as_well(post, specimen, carbon):
    row = {"specimen": str(specimen.pk), "variable": str(carbon.pk), "value": "41", "unit": "%"}

    assert post([row])[0] == 201


def test_a_code_is_forgiven_its_spelling(post, specimen):
    row = {**row_for(specimen, unit="%"), "specimen": "rf 000 0000"}

    assert post([row])[0] == 201


def test_the_same_result_twice_in_one_body_is_refused_the_second_time(post, specimens):
    rows = [row_for(specimens[0]), row_for(specimens[1]), row_for(specimens[0], "43")]

    _, body = post(rows)

    assert [row["status"] for row in body["rows"]] == ["created", "created", "rejected"]
    assert codes_of(body["rows"][2]) == ["row.duplicate"]
    assert "Row 1" in body["rows"][2]["errors"][0]["message"]


def test_replicates_and_purposes_are_results_of_their_own(post, specimen):
    rows = [
        row_for(specimen),
        row_for(specimen, replicate_no=2),
        row_for(specimen, purpose="recheck"),
    ]

    assert post(rows)[0] == 201


def test_all_or_nothing_takes_nothing_when_one_row_is_refused(post, specimens):
    rows = [row_for(specimens[0]), row_for(specimens[1], "150")]

    status, body = post(rows, on_error="reject_all")

    assert status == 422
    assert codes_of(body["rows"][0]) == ["batch.all_or_nothing"]
    assert codes_of(body["rows"][1]) == ["value.hard_range"]
    assert not Determination.objects.exists()


def foreign(other_project):
    return make_record(Specimen, other_project, code=write_code(77), kind="roots")


@pytest.mark.parametrize("by", ["pk", "code"])
def test_another_projects_specimen_is_as_unknown_as_none(post, specimen, other_project, by):
    theirs = str(getattr(foreign(other_project), by))
    nobodys = {"pk": str(uuid.uuid4()), "code": write_code(78)}[by]
    rows = [{**row_for(specimen), "specimen": name} for name in (theirs, nobodys)]

    status, body = post([*rows, row_for(specimen)])

    assert status == 207
    first, second, mine = body["rows"]
    assert codes_of(first) == ["specimen.unknown"]
    assert json.dumps(first).replace(theirs, "") == json.dumps(second).replace(nobodys, "").replace(
        '"row": 2', '"row": 1'
    )
    assert mine["status"] == "created"


def test_another_projects_variable_is_unknown(post, other_project, specimen):
    theirs = make_variable(other_project, "theirs", **CARBON)

    _, body = post([{**row_for(specimen), "variable": str(theirs.pk)}])

    assert codes_of(body["rows"][0]) == ["variable.unknown"]


def test_a_variable_of_the_field_is_not_entered_in_the_laboratory(post, project, specimen):
    make_variable(project, "moisture", analyte="moisture", unit="%", place="field")

    _, body = post([{**row_for(specimen), "variable": "moisture"}])

    assert codes_of(body["rows"][0]) == ["variable.not_lab"]


def test_specimens_that_cannot_be_told_are_refused(post, project, campaign, specimen):
    fields = {"scope": campaign.capture_scope, "kind": "roots"}
    make_record(Specimen, project, code="S-1", **fields)
    make_record(Specimen, project, code="S-1", **fields)
    make_record(Specimen, project, code="S-2", voided_at=FRIDAY, **fields)
    names = ["S-1", "S-2", "S-3", "RF-0000001"]

    _, body = post([{**row_for(specimen), "specimen": name} for name in names])

    assert [codes_of(row) for row in body["rows"]] == [
        ["specimen.ambiguous"],
        ["specimen.voided"],
        ["specimen.unknown"],
        ["specimen.mistyped"],
    ]


def test_entering_the_same_again_changes_nothing(post, specimen):
    row = row_for(specimen, unit="%")
    post([row])

    for if_exists in ("fail", "skip", "supersede"):
        status, body = post([row], if_exists=if_exists)
        assert (status, body["rows"][0]["status"]) == (200, "unchanged")
    assert Determination.objects.count() == 1


@pytest.mark.parametrize(
    ("if_exists", "status", "live"),
    [
        ("fail", "rejected", "41.2"),
        ("skip", "unchanged", "41.2"),
        ("supersede", "superseded", "43"),
    ],
)
def test_another_value_meets_the_one_that_is_there(post, specimen, if_exists, status, live):
    post([row_for(specimen)])

    _, body = post([row_for(specimen, "43")], if_exists=if_exists)

    assert body["rows"][0]["status"] == status
    assert Determination.objects.live().get().value == Decimal(live)


def test_what_is_superseded_stays_readable(post, specimen):
    _, first = post([row_for(specimen)])
    _, second = post([row_for(specimen, "43")], if_exists="supersede")

    old = Determination.objects.get(pk=first["rows"][0]["result"])
    new = Determination.objects.get(pk=second["rows"][0]["result"])
    assert (old.state, old.value, new.supersedes) == ("superseded", Decimal("41.2"), old)
    assert second["counts"]["superseded"] == 1
    assert old.transitions.latest("pk").to_state == "superseded"


def test_what_was_submitted_is_amended_with_a_reason(post, enter, specimen):
    result = enter(specimen)
    Determination.objects.filter(pk=result.pk).update(state="submitted", version=2)

    _, bare = post([row_for(specimen, "43")], if_exists="supersede")
    reasoned = row_for(specimen, "43", amend_reason="transcription", amend_text="4 and 1 exchanged")
    _, body = post([reasoned], if_exists="supersede")

    step = Transition.objects.get(to_state="superseded")
    assert codes_of(bare["rows"][0]) == ["amend_reason.missing"]
    assert body["rows"][0]["status"] == "superseded"
    assert (step.from_state, step.reason, step.text) == (
        "submitted",
        "transcription",
        "4 and 1 exchanged",
    )


@pytest.mark.parametrize(
    "stale", [{"version": 9}, {"result": str(uuid.uuid4())}, {"result": "none"}]
)
def test_a_result_that_changed_since_it_was_seen_is_not_replaced(post, enter, specimen, stale):
    enter(specimen)

    _, body = post([row_for(specimen, "43", **stale)], if_exists="supersede")

    assert codes_of(body["rows"][0]) == ["result.version_moved"]


def test_a_result_that_is_gone_since_it_was_seen_is_not_made_again(post, enter, specimen):
    seen = enter(specimen)
    Determination.objects.filter(pk=seen.pk).update(state="discarded", version=2)

    _, gone = post([row_for(specimen, "43", result=str(seen.pk), version=1)])
    _, empty = post([row_for(specimen, "43", result="none")])

    assert codes_of(gone["rows"][0]) == ["result.version_moved"]
    assert empty["rows"][0]["status"] == "created"


def test_clearing_takes_a_draft_away_and_nothing_else(post, enter, specimens):
    draft, submitted = enter(specimens[0]), enter(specimens[1])
    Determination.objects.filter(pk=submitted.pk).update(state="submitted", version=2)

    _, body = post([row_for(specimen, {"clear": True}) for specimen in specimens])

    assert [row["status"] for row in body["rows"]] == ["superseded", "rejected", "unchanged"]
    assert (body["rows"][0]["result"], body["rows"][0]["state"]) == (str(draft.pk), "discarded")
    assert codes_of(body["rows"][1]) == ["result.not_a_draft"]
    draft.refresh_from_db()
    assert (draft.state, draft.version) == ("discarded", 2)


def test_what_the_server_decides_cannot_be_sent(post, specimen, verifier):
    poison = {"state": "approved", "entered_by": str(verifier.pk), "verified_by": "x", "id": "x"}

    _, body = post([{**row_for(specimen), **poison}])

    assert codes_of(body["rows"][0]) == ["row.unknown_field"] * 4


def test_text_that_no_database_holds_is_a_fault_of_its_row(client_for, lab_tech, carbon, specimens):
    rows = [
        row_for(specimens[0], note="a\0b"),
        row_for(specimens[1], "\ud800", ref="\0"),
        row_for(specimens[2], unit="%"),
    ]
    client = client_for(lab_tech)

    answer = client.post(
        f"{BULK}?mode=commit&on_error=accept_valid",
        json.dumps({"rows": rows}),
        content_type="application/json",
    )

    assert answer.status_code == 207
    outcomes = [row["status"] for row in answer.json()["rows"]]
    assert outcomes == ["rejected", "rejected", "created"]


@pytest.mark.parametrize("mode", ["validate", "commit"])
def test_the_number_of_queries_does_not_grow_with_the_rows(post, campaign, mode):
    specimens = make_specimens(campaign, 550, first=1000)
    counts = {}

    for some in (specimens[:50], specimens[50:]):
        for value, status in (("41", "created"), ("42", "superseded")):
            rows = [row_for(one, value, unit="%") for one in some]
            with CaptureQueriesContext(connection) as queries:
                _, body = post(rows, mode=mode, if_exists="supersede")
            counts.setdefault(status, []).append(len(queries))
            assert mode == "validate" or body["counts"][status] == len(some)

    assert all(few == many <= 25 for few, many in counts.values())


@pytest.mark.slow
def test_five_thousand_rows_are_entered_at_once(post, specimen):
    rows = [row_for(specimen, "41", unit="%", replicate_no=1 + n % 900) for n in range(900)]
    purposes = [{**row, "purpose": f"p{n}"} for n in range(6) for row in rows][:5000]

    with CaptureQueriesContext(connection) as queries:
        status, body = post(purposes)

    assert (status, body["counts"]["created"]) == (201, 5000)
    assert len(queries) <= 25


def test_too_many_rows_or_bytes_are_refused(client_for, lab_tech, carbon, specimen):
    client = client_for(lab_tech)

    many = client.post(f"{BULK}?mode=commit", {"rows": [{}] * 5001})
    big = client.post(f"{BULK}?mode=commit", {"rows": [{"note": "x" * MOST_BYTES}]})

    assert [many.status_code, big.status_code] == [413, 413]
    assert many.json()["most_rows"] == 5000


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("mode=commit", '{"rows": []}'),
        ("mode=commit", '{"rows": {}}'),
        ("mode=commit", '{"rows": [], "state": 1}'),
        ("mode=commit", "[]"),
        ("mode=commit", "{"),
        ("mode=commit", '{"rows": [NaN]}'),
        ("mode=commit", '{"rows": [' + "[" * 100_000),
        ("mode=write", '{"rows": [{}]}'),
        ("if_exists=overwrite", '{"rows": [{}]}'),
        ("project=x", '{"rows": [{}]}'),
        ("modus=commit", '{"rows": [{}]}'),
    ],
)
def test_what_cannot_be_understood_is_refused(client_for, lab_tech, query, body):
    answer = client_for(lab_tech).post(f"{BULK}?{query}", body, content_type="application/json")

    assert answer.status_code == 400
    assert not ImportBatch.objects.exists()


def test_only_who_may_enter_enters(client_for, project, outsider, verifier, admin, lab_tech):
    body = {"rows": [{}]}

    assert client_for(outsider).post(f"{BULK}?project={project.pk}", body).status_code == 404
    assert client_for(verifier).post(f"{BULK}?project={project.pk}", body).status_code == 403
    assert client_for(admin).post(BULK, body).status_code == 403
    assert client_for(lab_tech).post(BULK, body).status_code == 200


def test_who_works_in_two_projects_says_which(client_for, lab_tech, other_project):
    lab_tech.memberships.create(project=other_project, role="lab_technician")

    answer = client_for(lab_tech).post(BULK, {"rows": [{}]})

    assert answer.status_code == 400
    assert "project" in answer.json()["detail"]


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.post(BULK, {"rows": []}, content_type="application/json").status_code == 401


def test_a_cell_that_held_another_unit_keeps_the_words(post, specimen, mass):
    post([row_for(specimen, "1234", unit="ug", variable="dry_mass_mg")])

    assert Determination.objects.get().as_entered == "1234 ug"
