"""The reader of plain pushes: what it takes, what it leaves alone, how columns are written."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.columns import literal_array
from sampling.rules.envelope import MAX_OPERATION, MAX_OPERATIONS
from sampling.rules.plain_creates import (
    PlainPush,
    PlainReader,
    are_ids,
    lines_of,
    moment_as_told,
)
from sampling.rules.record_types import Field, RecordType

FIELDS = (
    Field(name="core", column="core_id", sql_type="uuid", kind="uuid", is_required=True,
          references="core"),
    Field(name="site", column="site_id", sql_type="uuid", kind="uuid", is_nullable=True,
          references="site"),
    Field(name="note", column="note", sql_type="text", kind="text", default="", max_length=20),
    Field(name="kind", column="kind", sql_type="varchar(8)", kind="text", default="root",
          choices=("root", "crown")),
    Field(name="cores", column="cores", sql_type="integer", kind="integer", default=1, lowest=0,
          highest=99),
    Field(name="mass_g", column="mass_g", sql_type="double precision", kind="number",
          is_nullable=True),
    Field(name="is_picked", column="is_picked", sql_type="boolean", kind="boolean",
          is_nullable=True),
    Field(name="on", column="on", sql_type="date", kind="date", is_nullable=True),
    Field(name="at", column="at", sql_type="timestamptz", kind="datetime", is_nullable=True),
    Field(name="steps", column="steps", sql_type="double precision[]", kind="numbers",
          is_nullable=True),
)  # fmt: skip


def record_type(name: str, fields: tuple[Field, ...] = FIELDS) -> RecordType:
    return RecordType(
        name=name, table=name, scope_kind="campaign", is_read_only=False, fields=fields, groups=()
    )


PROFILE = record_type("profile", tuple(f for f in FIELDS if f.kind == "numbers")).fields[0]
NEEDS_STEPS = record_type(
    "profile",
    (
        Field(
            name="steps",
            column=PROFILE.column,
            sql_type=PROFILE.sql_type,
            kind="numbers",
            is_required=True,
        ),
    ),
)
READER = PlainReader([record_type("fraction"), record_type("core", FIELDS[2:]), NEEDS_STEPS])


def operation(number: int = 1, kind: str = "fraction", **members: Any) -> dict[str, Any]:
    values = members.pop("values", {"core": str(uuid.uuid4())})
    return {
        "op": str(uuid.uuid4()),
        "n": number,
        "type": kind,
        "id": str(uuid.uuid4()),
        "scope": "campaign:1",
        "do": "create",
        "base": None,
        "chg": {name: {"to": value} for name, value in values.items()},
    } | members


def read(*operations: Any, **members: Any) -> PlainPush | None:
    envelope = {"device": str(uuid.UUID(int=1)), "incarnation": 1, "ops": list(operations)}
    return READER.read(json.dumps(envelope | members).encode())


def test_records_are_read_into_columns_and_blank_ones_are_left_out() -> None:
    core = operation(1, "core", values={"note": "C"})
    values = {"core": core["id"], "mass_g": 2, "on": "2026-05-02", "at": "2026-05-02T10:00:00Z"}
    first = operation(2, values={**values, "note": "", "cores": 1})
    second = operation(3, values={"core": core["id"], "kind": "crown", "is_picked": True})

    push = read(core, first, second)

    assert push is not None
    cores, fractions = push.tables
    assert (cores.ids, dict(cores.values)) == ((core["id"],), {"note": ["C"]})
    assert fractions.ids == (first["id"], second["id"])
    assert dict(fractions.values) == {
        "core": [core["id"], core["id"]],
        "kind": ["root", "crown"],
        "mass_g": [2.0, None],
        "is_picked": [None, True],
        "on": [dt.date(2026, 5, 2), None],
        "at": [dt.datetime(2026, 5, 2, 10, tzinfo=dt.UTC), None],
    }
    assert push.scope == "campaign:1"
    assert len({*push.digests()}) == 3


def test_what_a_push_refers_to_outside_itself_is_named_by_type() -> None:
    core = operation(1, "core", values={})
    elsewhere, site = str(uuid.uuid4()), str(uuid.uuid4())

    push = read(
        core,
        operation(2, values={"core": core["id"], "site": None}),
        operation(3, values={"core": elsewhere, "site": site}),
    )

    assert push is not None
    assert push.outside() == {"core": {elsewhere}, "site": {site}}


def test_a_push_that_refers_to_itself_alone_needs_nothing() -> None:
    core = operation(1, "core", values={})

    push = read(core, operation(2, values={"core": core["id"]}))

    assert push is not None
    assert push.outside() == {}


SAME = str(uuid.uuid4())


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [operation(do="patch")],
        [operation(base={"v": 1})],
        [operation(kind="sonde")],
        [operation(kind="profile", values={"steps": [1.0]})],
        [operation(resolves=[SAME])],
        [operation(values={})],
        [operation(values={"core": SAME, "colour": "red"})],
        [operation(chg={"core": {"from": None, "to": SAME}})],
        [operation(colour="red")],
        [operation(values={"core": SAME, "steps": [1.0]})],
        [operation(values={"core": SAME, "kind": "leaf"})],
        [operation(values={"core": SAME, "note": "x" * 21})],
        [operation(values={"core": SAME, "cores": 100})],
        [operation(values={"core": SAME, "on": "2026"})],
        [operation(values={"core": SAME, "at": "2026-05-02T10:00:00"})],
        [operation(values={"core": SAME, "at": "0001-01-01T00:00:00+12:00"})],
        [operation(values={"core": SAME.upper()})],
        [operation(values={"core": "not an id"})],
        [operation(id=SAME.upper())],
        [operation(op=SAME.replace("-", ""))],
        [operation(1), operation(1)],
        [operation(1, id=SAME), operation(2, id=SAME)],
        [operation(1, op=SAME), operation(2, op=SAME)],
        [operation(1), operation(2, scope="campaign:2")],
        [operation(why="a" * 2001)],
        [operation(number) for number in range(1, MAX_OPERATIONS + 2)],
        [operation(why="\ud83d\ude00")],
        [operation(values={"core": SAME, "note": "\x00"})],
    ],
)  # fmt: skip
def test_whatever_is_unusual_is_left_to_the_general_reader(operations: list[Any]) -> None:
    assert read(*operations) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ops": 3}', b"\xff", b"[" * 100_000])
def test_what_is_no_envelope_is_left_to_the_general_reader(body: bytes) -> None:
    assert READER.read(body) is None


def test_an_operation_padded_beyond_the_limit_is_left_to_the_general_reader() -> None:
    text = json.dumps(operation()).replace('"base"', " " * MAX_OPERATION + '"base"')
    body = f'{{"device":"{uuid.UUID(int=1)}","incarnation":1,"ops":[{text}]}}'

    assert READER.read(body.encode()) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], True),
        ([SAME, SAME], True),
        ([SAME[:-1], SAME + "0"], False),
        ([SAME.upper().replace("-", "_")], False),
        ([SAME + "\n"], False),
    ],
)
def test_ids_are_36_small_characters(texts: list[str], expected: bool) -> None:
    assert are_ids(texts) is expected


def elements(literal: str) -> list[str | None]:
    """Read an array literal as the manual says (8.15.6), for arrays of one dimension."""
    found: list[str | None] = []
    place = 1
    while literal[place] != "}":
        if literal[place] == '"':
            text, place = "", place + 1
            while literal[place] != '"':
                place += literal[place] == "\\"
                text, place = text + literal[place], place + 1
            found.append(text)
            place += 1
        else:
            end = min(i for i in (literal.find(",", place), literal.find("}", place)) if i > 0)
            word = literal[place:end]
            found.append(None if word.upper() == "NULL" else word)
            place = end
        place += literal[place] == ","
    return found


@given(
    st.lists(st.one_of(st.none(), st.text(st.characters(exclude_characters="\0", codec="utf-8"))))
)
def test_a_column_of_texts_is_written_as_an_array_literal_that_reads_back(column: Any) -> None:
    assert elements(literal_array(column)) == column


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))))
def test_a_column_of_numbers_is_written_as_an_array_literal_that_reads_back(column: Any) -> None:
    read_back = [None if word is None else float(word) for word in elements(literal_array(column))]

    assert read_back == column


def test_dates_beside_texts_with_backslashes_are_quoted() -> None:
    assert literal_array([dt.date(2026, 5, 2), "a\\n", None, 1.5, True]) == (
        '{"2026-05-02","a\\\\n",null,1.5,true}'
    )


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-05-02T10:20:30+02:00", "2026-05-02T08:20:30+00:00"),
        ("2026-05-02T10:20:30.500Z", "2026-05-02T10:20:30.5+00:00"),
        ("2026-05-02T10:20:00.000120Z", "2026-05-02T10:20:00.00012+00:00"),
    ],
)
def test_moments_are_told_as_the_database_writes_them(moment: str, told: str) -> None:
    assert moment_as_told(dt.datetime.fromisoformat(moment)) == told


def test_the_members_of_a_record_are_told_without_those_that_have_no_value() -> None:
    push = read(operation(values={"core": SAME, "at": "2026-05-02T10:00:00Z", "mass_g": 1.5}))

    assert push is not None
    (line,) = lines_of(push.tables[0], received_at="now", device=None)
    assert json.loads(f"{{{line}}}") == {
        "received_at": "now",
        "core": SAME,
        "note": "",
        "kind": "root",
        "cores": 1,
        "mass_g": 1.5,
        "at": "2026-05-02T10:00:00+00:00",
    }


def test_operations_are_typed_and_small() -> None:
    push = read(operation(why="re-weighed", by=SAME))

    assert push is not None
    assert (push.operations[0].why, push.operations[0].by) == ("re-weighed", SAME)
    assert isinstance(push.operations[0], msgspec.Struct)
