"""The envelope of a push, read within bounds and operation by operation."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

import pytest

from sampling.errors import BadEncoding, MalformedRequest, TooLarge
from sampling.rules.envelope import (
    LIMITS,
    MAX_DEPTH,
    MAX_OPERATIONS,
    MAX_QUEUED,
    content_hash,
    decode,
    depth_of,
    inflate,
    is_same_content,
    plausible_queue,
)

DEVICE = uuid.UUID(int=1)


def operation(**members: Any) -> dict[str, Any]:
    return {
        "op": str(uuid.UUID(int=2)),
        "n": 1,
        "type": "soil_core",
        "id": str(uuid.UUID(int=3)),
        "scope": "campaign:x",
        "do": "patch",
        "base": {"v": 7},
        "chg": {"note": {"from": "", "to": "wet"}},
    } | members


def body(*operations: Any, **members: Any) -> bytes:
    envelope = {"device": str(DEVICE), "incarnation": 1, "ops": list(operations)} | members
    return json.dumps(envelope).encode()


def test_an_operation_is_read_as_it_was_written() -> None:
    envelope = decode(body(operation(), sent_at="2026-05-01", queued=3))

    (received,) = envelope.received
    assert (envelope.head.device, envelope.head.incarnation) == (DEVICE, 1)
    assert (envelope.head.sent_at, envelope.head.queued) == ("2026-05-01", 3)
    assert received.operation is not None
    assert (received.operation.base_revision, received.operation.base_op) == (7, None)
    assert received.operation.changes == {"note": {"from": "", "to": "wet"}}
    assert (received.problem, received.refusal, received.keeps_body) == (None, None, True)


def test_a_base_may_be_an_operation_or_nothing() -> None:
    earlier = uuid.UUID(int=9)

    envelope = decode(body(operation(base={"op": str(earlier)}), operation(base=None)))

    bases = [
        (one.operation.base_op, one.operation.base_revision)
        for one in envelope.received
        if one.operation
    ]
    assert bases == [(earlier, None), (None, None)]


@pytest.mark.parametrize(
    ("said", "kept"), [(None, None), (-1, 0), (5, 5), (2**31, MAX_QUEUED), (10**30, MAX_QUEUED)]
)
def test_what_a_tablet_says_of_its_queue_is_brought_within_bounds(said: Any, kept: Any) -> None:
    assert plausible_queue(decode(body(queued=said)).head.queued) == kept


def test_an_operation_that_cannot_be_read_is_rejected_under_its_id() -> None:
    (received,) = decode(body(operation(do="upsert\ud800"))).received

    assert received.refusal is not None
    assert received.refusal.op == uuid.UUID(int=2)
    assert received.refusal.detail["code"] == "malformed"
    json.dumps(received.refusal.detail).encode()
    received.refusal.detail["detail"].encode()


@pytest.mark.parametrize("bad", [5, None, "x", [], {}, {"op": 5}, {"op": "x"}, {"op": None}])
def test_an_operation_without_an_id_is_rejected_under_the_nil_id(bad: Any) -> None:
    (received,) = decode(body(bad)).received

    assert received.refusal is not None
    assert received.refusal.op == uuid.UUID(int=0)
    assert received.refusal.detail["code"] == "no-op-id"


@pytest.mark.parametrize(
    ("members", "code", "keeps_body"),
    [
        ({"why": "\x00"}, "unstorable-text", True),
        ({"type": "\ud800"}, "unstorable-text", True),
        ({"chg": {"note": {"to": "x" * 300_000}}}, "too-large", False),
        ({"chg": {"note": {"to": [[[[[[[[[[[[[]]]]]]]]]]]]]}}}, "too-deep", False),
    ],
)
def test_what_can_only_be_held_is_given_a_form_that_can_be_stored(
    members: dict[str, Any], code: str, keeps_body: bool
) -> None:
    (received,) = decode(body(operation(**members))).received

    assert received.problem is not None
    assert received.operation is not None
    assert (received.problem.code, received.keeps_body) == (code, keeps_body)
    assert bool(received.operation.changes) is keeps_body
    json.dumps(received.operation.as_wire(), ensure_ascii=False).encode()


def test_a_number_beyond_all_floats_costs_its_operation_alone() -> None:
    bad = operation(chg={"depth": {"to": 12345}})

    envelope = decode(body(operation(), bad).replace(b"12345", b"1e999"))

    assert [one.problem.code if one.problem else None for one in envelope.received] == [
        None,
        "unstorable-number",
    ]


def test_flat_lists_in_many_fields_are_not_too_deep() -> None:
    (received,) = decode(body(operation(chg={f"f{n}": {"to": [n]} for n in range(9)}))).received

    assert received.problem is None


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"device":"x","incarnation":1,"ops":[]}',
        b'{"device":"\\ud800","incarnation":1,"ops":[]}',
        b"[" * 100_000,
        body(operation(why=1.5)).replace(b"1.5", b"NaN"),
        body(operation(why=1.5)).replace(b"1.5", b"1" * 5000),
    ],
    ids=lambda one: repr(one[:20]),
)
def test_a_body_that_is_no_envelope_is_malformed(bad: bytes) -> None:
    with pytest.raises(MalformedRequest):
        decode(bad)


def test_what_is_nested_beyond_the_readers_reach_is_malformed() -> None:
    deep = b"[" * 5000 + b'"\\ud800"' + b"]" * 5000

    with pytest.raises(MalformedRequest, match=r"nested|not JSON"):
        decode(body(operation(why="?")).replace(b'"?"', deep))


def test_the_number_of_operations_is_bounded() -> None:
    assert len(decode(body(*[5] * MAX_OPERATIONS)).received) == MAX_OPERATIONS
    with pytest.raises(TooLarge) as caught:
        decode(body(*[5] * (MAX_OPERATIONS + 1)))
    assert caught.value.extra == {"limits": LIMITS}


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_a_plain_body_is_taken_up_to_its_limit(encoding: str) -> None:
    assert inflate(b"12345", encoding, limit=5) == b"12345"
    with pytest.raises(TooLarge):
        inflate(b"123456", encoding, limit=5)


def test_a_packed_body_is_taken_up_to_its_limit() -> None:
    assert inflate(gzip.compress(b"12345"), "gzip", limit=5) == b"12345"
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b"123456"), "gzip", limit=5)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"12345",
        gzip.compress(b"1", mtime=0)[:-1],
        gzip.compress(b"1", mtime=0) + gzip.compress(b"2", mtime=0),
        gzip.compress(b"1", mtime=0) + b"x",
    ],
)
def test_a_broken_or_second_stream_is_malformed(packed: bytes) -> None:
    with pytest.raises(MalformedRequest):
        inflate(packed, "gzip")


def test_an_encoding_nobody_speaks_is_refused() -> None:
    with pytest.raises(BadEncoding):
        inflate(b"", "br")


def test_the_hash_of_a_content_does_not_depend_on_the_order_of_its_members() -> None:
    assert content_hash({"a": 1, "b": [2, 3]}) == content_hash({"b": [2, 3], "a": 1})
    assert content_hash({"a": [1, 2]}) != content_hash({"a": [2, 1]})
    assert content_hash({"a": "\ud800"}) != content_hash({"a": "\ud801"})


@pytest.mark.parametrize(
    ("value", "depth"),
    [(1, 0), ([], 1), ({}, 1), ([1, [2]], 2), ({"a": [{}]}, 3)],
)
def test_a_value_nests_as_deep_as_its_deepest_part(value: Any, depth: int) -> None:
    assert depth_of(value) == depth


def test_depth_is_counted_no_further_than_it_matters() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]

    assert depth_of(deep) == MAX_DEPTH + 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (b'{"op":1,"n":2}', b'{ "n": 2, "op": 1 }', True),
        (b'{"op":1,"n":2}', b'{"op":1,"n":3}', False),
        (b'{"why":"\\ud800","n":1e400}', b'{"n":1e400,"why":"\\ud800"}', True),
        (b'{"why":"\\ud800"}', b'{"why":"\\ud801"}', False),
    ],
)
def test_two_operations_are_the_same_however_they_are_written(
    one: bytes, other: bytes, expected: bool
) -> None:
    assert is_same_content(one, other) is expected


@pytest.mark.parametrize("text", ["[1e400]", '{"why":"\\ud800"}', '{"ops":3,"why":"\\ud800"}'])
def test_what_only_the_lenient_reader_takes_must_still_be_an_envelope(text: str) -> None:
    with pytest.raises(MalformedRequest):
        decode(text.encode())
