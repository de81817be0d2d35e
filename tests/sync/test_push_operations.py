"""One bad operation gets an answer of its own and costs its neighbours nothing."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from sampling.models import (
    RECORD_MODELS,
    Campaign,
    Plot,
    SamplingPoint,
    SoilCore,
    SyncBatch,
    SyncOperation,
)
from tests.any_records import AnyRecords
from tests.people import make_member, make_record
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db

DEEP = "[" * 400 + "]" * 400


@pytest.fixture
def neighbours(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    point = wire.point(plot)
    return [point, wire.core(point)]


def answer_between(wire: Wire, neighbours: list[Any], bad: Any) -> dict[str, Any]:
    """Send an operation between two good ones; return its answer once theirs were good."""
    body = json.dumps(wire.envelope(neighbours[0], bad, neighbours[1])).encode()
    answer = wire.send(body)
    assert answer.status_code == 200, answer.content
    first, outcome, last = answer.json()["outcomes"]
    assert (first["status"], last["status"]) == ("applied", "applied")
    again = wire.send(body).json()["outcomes"]
    assert again[1] | {"duplicate": True} == outcome | {"duplicate": True}
    assert SyncBatch.objects.get().state == "applied"
    return dict(outcome)


@pytest.mark.parametrize(
    "bad",
    [None, 5, "op", [], {}, {"op": None}, {"op": 7}, {"op": "x"}, {"op": "\ud800"}, {"op": []}],
    ids=repr,
)
def test_an_operation_without_an_id_is_rejected(wire: Wire, neighbours: Any, bad: Any) -> None:
    outcome = answer_between(wire, neighbours, bad)

    assert (outcome["status"], outcome["code"]) == ("rejected", "no-op-id")


WRONG: dict[str, list[Any]] = {
    "n": [None, 0, -1, 1.5, "7", 2**53 + 1, 10**30, True],
    "type": [None, 5, "x" * 33, []],
    "id": [None, 5, "x", "\ud800", {}],
    "scope": [None, 5, "x" * 49],
    "do": [None, 5, "upsert", "\ud800", "\x00"],
    "base": [7, "x", [], {"v": 0}, {"v": -1}, {"v": "x"}, {"v": 10**30}, {"op": "\ud800"}],
    "chg": [[], 5, "x"],
    "resolves": [{}, [5], ["\ud800"], ["x"]],
    "at": [5, "x" * 41],
    "by": [5, "x", "\ud800"],
    "why": [5, "x" * 2001],
}


@pytest.mark.parametrize(
    ("member", "value"),
    [(member, value) for member, values in WRONG.items() for value in values],
    ids=lambda part: ascii(part)[:24],
)
def test_a_member_of_the_wrong_type_is_rejected_as_malformed(
    wire: Wire, neighbours: Any, member: str, value: Any
) -> None:
    bad = wire.op("soil_core") | {member: value}

    outcome = answer_between(wire, neighbours, bad)

    assert (outcome["status"], outcome["code"]) == ("rejected", "malformed")
    assert outcome["op"] == bad["op"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"type": "weather"}, "unknown-type"),
        ({"type": ""}, "unknown-type"),
        ({"type": "\ud800"}, "unstorable-text"),
        ({"scope": ""}, "out-of-scope"),
        ({"scope": "campaign:"}, "out-of-scope"),
        ({"scope": "campaign:99999999-9999-4999-8999-999999999999"}, "out-of-scope"),
        ({"scope": "a\x00b"}, "unstorable-text"),
        ({"at": "\x00"}, "unstorable-text"),
        ({"why": "\ud800"}, "unstorable-text"),
        ({"chg": {"note": {"to": "a\x00b"}}}, "unstorable-text"),
        ({"chg": {"note": {"to": "a\ud800b"}}}, "unstorable-text"),
        ({"chg": {"\x00": {"to": 1}}}, "unstorable-text"),
        ({"chg": {"new_field": {"to": {"\ud800": 1}}}}, "unstorable-text"),
        ({"chg": {"note": {"to": "x" * 270_000}}}, "too-large"),
        ({"chg": {f"f{k}": {"to": 1} for k in range(20_000)}}, "too-large"),
        ({"chg": {"new_field": {"to": json.loads(DEEP)}}}, "too-deep"),
        ({"chg": {"new_field": {"to": [json.loads(DEEP), "\x01"]}}}, "too-deep"),
        ({"chg": {"note": "wet"}}, "change-malformed"),
        ({"chg": {"note": None}}, "change-malformed"),
        ({"chg": {"note": {}}}, "change-malformed"),
        ({"chg": {"note": {"from": 1}}}, "change-malformed"),
        ({"chg": {"note": {"to": 1, "too": 2}}}, "change-malformed"),
        ({"chg": {"note": {"add": ["x"], "remove": 5}}}, "change-malformed"),
    ],
    ids=lambda part: ascii(part)[:40],
)
def test_what_can_be_named_but_not_stored_is_held_for_a_person(
    wire: Wire, neighbours: Any, members: dict[str, Any], code: str
) -> None:
    bad = wire.op("soil_core") | members

    outcome = answer_between(wire, neighbours, bad)

    assert outcome["status"] == "quarantined"
    assert {problem["code"] for problem in outcome["problems"]} == {code}
    assert SyncOperation.objects.get(op=bad["op"]).status == "quarantined"


FIELDS = {
    "text": [5, True, ["x"], {"a": 1}, 1.5],
    "choice": [5, "no such choice", "\u00e9" * 5, None],
    "integer": ["5", 1.5, True, -(2**40), 2**40, 10**30, [1]],
    "number": ["5", True, [1.0], {}],
    "boolean": ["true", 1, 0.0, []],
    "date": ["2026-13-01", "yesterday", 20260501, "2026-05-01T10:00:00", True, "0000-01-01"],
    "datetime": [
        "2026-05-01T10:00:00",
        "2026-05-01",
        5,
        "2026-05-01T25:00:00Z",
        "2026-05-01T10:00:00+23:59",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        True,
    ],
    "uuid": [5, "x", True, [], "\u00e9" * 16],
    "json": [5, "x", True, 1.5],
    "numbers": [5, "x", {}, ["1"], [None], [[1.0]], [True]],
}


def wrong_fields() -> list[Any]:
    from sampling.actions.record_types import record_type

    cases = []
    for name, model in RECORD_MODELS.items():
        if model.scope_kind != "campaign":
            continue
        for field in record_type(name).fields:
            for value in FIELDS["choice" if field.choices else field.kind]:
                if value is None and field.is_nullable:
                    continue
                cases.append((name, field.name, value))
    return cases


def test_a_field_of_the_wrong_type_is_held_with_its_place_named(
    wire: Wire, project: Any, campaign: Campaign
) -> None:
    records = AnyRecords(project, campaign, wire.device)
    good = {
        name: {field: _as_json(make()) for field, make in records.fields(name).items()}
        for name, model in RECORD_MODELS.items()
        if model.scope_kind == "campaign"
    }
    cases = wrong_fields()
    ops = [wire.op(name, values={**good[name], field: value}) for name, field, value in cases]
    ops += [wire.op(name, values=values) for name, values in good.items()]

    outcomes = [
        outcome
        for start in range(0, len(ops), 500)
        for outcome in wire.outcomes(*ops[start:][:500])
    ]

    for (name, field, value), outcome in zip(cases, outcomes, strict=False):
        assert outcome["status"] == "quarantined", (name, field, value, outcome)
        pointers = {problem["pointer"] for problem in outcome["problems"]}
        assert f"/chg/{field}/to" in pointers, (name, field, value, outcome)
    assert {outcome["status"] for outcome in outcomes[len(cases) :]} == {"applied"}


def _as_json(value: Any) -> Any:
    return str(value.pk) if hasattr(value, "pk") else value


def as_doubles(value: Any) -> Any:
    """Return JSON as a reader sees it that knows floats alone."""
    return json.loads(json.dumps(value), parse_int=float)


@pytest.mark.parametrize("number", [1e22, -1e300, 1.7976931348623157e308, 5e-324, 0.1, -0.0])
def test_a_number_of_any_size_is_kept_edited_and_answered_again(
    wire: Wire, neighbours: Any, number: float
) -> None:
    point, core = neighbours
    core["chg"]["new_field"] = {"to": number}
    point["chg"]["accuracy_m"] = {"to": number}
    created = wire.outcomes(point, core)
    edits = [
        wire.patch(point, {"v": 1}, note="a"),
        wire.patch(point, {"v": 1}, accuracy_m=(1.0, number / 2)),
        wire.patch(core, {"v": 1}, new_field=(1.0, number / 2)),
    ]
    first = wire.outcomes(*edits)

    again = wire.outcomes(point, core, *edits)

    assert [outcome["status"] for outcome in created] == ["applied"] * 2
    assert as_doubles([o | {"duplicate": True} for o in created + first]) == as_doubles(again)
    changes = {change["id"]: change for change in wire.page()["changes"]}
    assert float(changes[point["id"]]["data"]["accuracy_m"]) == number
    assert float(changes[core["id"]]["data"]["extra"]["new_field"]) == number


@pytest.mark.parametrize("digits", ["1e400", "-1e400", "1" + "0" * 400])
def test_a_number_that_no_machine_holds_costs_only_its_operation(
    wire: Wire, neighbours: Any, digits: str
) -> None:
    bad = wire.op("sampling_point", values={"accuracy_m": 12345})
    body = json.dumps(wire.envelope(neighbours[0], bad, neighbours[1]))

    answer = wire.send(body.replace("12345", digits).encode())

    assert answer.status_code == 200, answer.content
    assert [outcome["status"] for outcome in answer.json()["outcomes"]] == [
        "applied",
        "quarantined",
        "applied",
    ]


def test_the_same_operation_id_with_another_content_is_refused(wire: Wire, neighbours: Any) -> None:
    point, core = neighbours
    wire.outcomes(point)

    (outcome,) = wire.outcomes(point | {"why": "changed"})

    assert (outcome["status"], outcome["code"]) == ("rejected", "op-id-reused")
    assert wire.statuses(core) == ["applied"]


def test_the_order_of_members_is_no_other_content(wire: Wire, neighbours: Any) -> None:
    point, _ = neighbours
    wire.outcomes(point)

    (outcome,) = wire.outcomes(dict(reversed(point.items())))

    assert (outcome["status"], outcome["duplicate"]) == ("applied", True)


def test_an_operation_twice_in_a_batch_is_applied_once(wire: Wire, neighbours: Any) -> None:
    point, core = neighbours

    outcomes = wire.outcomes(point, core, core, core | {"why": "other"})

    assert [outcome["status"] for outcome in outcomes] == ["applied"] * 3 + ["rejected"]
    assert SoilCore.objects.get().revision == 1


def test_the_operation_id_of_another_device_is_refused(
    wire: Wire, second: Wire, neighbours: Any
) -> None:
    point, core = neighbours
    wire.outcomes(point)

    outcomes = second.outcomes(point, core)

    assert (outcomes[0]["status"], outcomes[0]["code"]) == ("rejected", "not-your-op")
    assert outcomes[1]["status"] == "applied"


def test_an_heir_gets_the_answers_its_former_self_was_given(
    wire: Wire, neighbours: Any, campaign: Campaign
) -> None:
    first = wire.outcomes(*neighbours)
    wire.device.state = "closed"
    wire.device.save()
    heir = Wire(new_device(wire.device.project, wire.device.user, campaign), campaign)

    again = heir.outcomes(*neighbours)

    assert again == [outcome | {"duplicate": True} for outcome in first]


@pytest.mark.parametrize("reused_later", [False, True])
def test_a_number_used_twice_is_a_fork(wire: Wire, neighbours: Any, reused_later: bool) -> None:
    point, core = neighbours
    twin = wire.op("soil_core", n=point["n"])
    if reused_later:
        wire.outcomes(point)

    answer = wire.push(core, twin) if reused_later else wire.push(point, core, twin)

    assert (answer.status_code, answer.json()["code"]) == (409, "device-forked")
    assert SoilCore.objects.count() == 0
    assert SyncBatch.objects.order_by("id").last().state == "quarantined"


def test_the_id_of_another_projects_record_cannot_be_used(
    wire: Wire, neighbours: Any, other_project: Any, plot: Plot
) -> None:
    foreign = make_record(
        SamplingPoint, other_project, plot=plot, code="X", scope=f"campaign:{uuid.uuid4()}"
    )

    taken = answer_between(
        wire,
        neighbours,
        wire.op("sampling_point", foreign.pk, values={"plot": str(plot.pk), "code": "Y"}),
    )

    assert taken["status"] == "quarantined"
    assert taken["problems"][0]["code"] == "id-taken"
    foreign.refresh_from_db()
    assert (foreign.code, foreign.revision, foreign.project_id) == ("X", 1, other_project.pk)


@pytest.mark.parametrize("do", ["patch", "delete", "resolve"])
def test_another_projects_record_does_not_exist_here(
    wire: Wire, neighbours: Any, other_project: Any, plot: Plot, do: str
) -> None:
    foreign = make_record(
        SamplingPoint, other_project, plot=plot, code="X", scope=f"campaign:{uuid.uuid4()}"
    )

    outcome = answer_between(
        wire,
        neighbours,
        wire.op("sampling_point", foreign.pk, do=do, values={"code": "Y"}),
    )

    assert outcome["status"] == "deferred"
    assert outcome["needs"] == [{"type": "sampling_point", "id": str(foreign.pk)}]


def test_a_parent_in_another_project_does_not_exist_here(
    wire: Wire, neighbours: Any, other_project: Any, plot: Plot
) -> None:
    foreign = make_record(Plot, other_project, study=plot.study, code="X")

    outcome = answer_between(
        wire,
        neighbours,
        wire.op("sampling_point", values={"plot": str(foreign.pk), "code": "Y"}),
    )

    assert outcome["status"] == "deferred"
    assert outcome["needs"] == [{"type": "plot", "id": str(foreign.pk)}]


def test_the_scope_of_another_campaign_is_closed(
    wire: Wire, neighbours: Any, other_project: Any, campaign: Campaign
) -> None:
    foreign = make_record(
        Campaign, other_project, code="X", protocol_version=campaign.protocol_version
    )

    outcome = answer_between(wire, neighbours, wire.op("soil_core", scope=foreign.capture_scope))

    assert outcome["problems"][0]["code"] == "out-of-scope"


def test_one_id_used_for_two_types_harms_nobody(wire: Wire, neighbours: Any) -> None:
    point, core = neighbours
    shared = wire.op(
        "sampling_point", core["id"], values={"plot": point["chg"]["plot"]["to"], "code": "Y"}
    )
    edits = [wire.patch(core, {"v": 1}, note="a"), wire.patch(shared, {"v": 1}, note="b")]

    outcomes = wire.outcomes(point, core, shared, *edits)

    assert [outcome["status"] for outcome in outcomes[:2]] == ["applied"] * 2
    assert outcomes[3]["status"] == "applied"


def test_a_custody_event_sent_again_with_other_words_is_not_rewritten(
    wire: Wire, neighbours: Any
) -> None:
    point, core = neighbours
    bag = wire.op("specimen", values={"code": "RF-0000012", "kind": "roots"})
    event = wire.op("custody_event", values={"specimen": bag["id"], "kind": "sent"})
    other = wire.op(
        "custody_event",
        event["id"],
        values={"specimen": bag["id"], "kind": "received", "note": "x"},
    )
    same = wire.op("custody_event", event["id"], values={"specimen": bag["id"], "kind": "sent"})

    outcomes = wire.outcomes(bag, event, other, same, point, core)

    assert [outcome["status"] for outcome in outcomes] == [
        "applied",
        "applied",
        "quarantined",
        "noop",
        "applied",
        "applied",
    ]
    assert outcomes[2]["problems"][0]["code"] == "read-only"


def test_a_device_that_may_only_add_changes_nothing(
    wire: Wire, neighbours: Any, project: Any, campaign: Campaign
) -> None:
    point, core = neighbours
    wire.outcomes(point, core)
    visitor = make_member(project, "visitor", "technician")
    adder = Wire(new_device(project, visitor, campaign, mode="append"), campaign)

    outcomes = adder.outcomes(
        adder.patch(core, {"v": 1}, note="a"),
        adder.op("soil_core", core["id"], chg={"note": {"from": "", "to": "b"}}),
        adder.core(point),
    )

    assert [outcome["status"] for outcome in outcomes] == ["quarantined", "quarantined", "applied"]
    assert SoilCore.objects.get(pk=core["id"]).note == ""


def test_a_device_that_may_only_read_writes_nothing(
    wire: Wire, neighbours: Any, project: Any, campaign: Campaign
) -> None:
    visitor = make_member(project, "visitor", "technician")
    reader = Wire(new_device(project, visitor, campaign, mode="ro"), campaign)

    outcomes = reader.outcomes(*neighbours)

    assert {outcome["problems"][0]["code"] for outcome in outcomes} == {"read-only"}
    assert SoilCore.objects.count() == 0
