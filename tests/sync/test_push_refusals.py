"""What a push is refused for: a 4xx with a code; of known devices the bytes are kept."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import uuid
import zlib
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampling.models import Plot, SoilCore, SyncBatch, SyncOperation
from sampling.rules.envelope import MAX_BODY, MAX_DECODED, MAX_OPERATIONS
from sampling.sync.door import MAX_HEARD_OUT
from tests.people import make_member
from tests.sync.wire import PUSH, Wire, new_device

pytestmark = pytest.mark.django_db


def refused(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal, once its form is that of a problem."""
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"urn:rootfield:problem:{document['code']}"
    assert document["retry"] in ("never", "later", "after-fix")
    assert SyncOperation.objects.count() == SoilCore.objects.count() == 0
    return answer.status_code, document["code"]


@pytest.fixture
def good(wire: Wire, plot: Plot) -> bytes:
    return json.dumps(wire.envelope(wire.point(plot))).encode()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer wrong", "Bearer", "Bearer a b", "Basic dTpw", "Bearer \u00e9", "Bearer \x00"],
)
def test_without_a_known_token_nothing_is_kept(wire: Wire, good: bytes, header: str) -> None:
    answer = wire.send(good, Authorization=header)

    assert refused(answer) == (401, "token-invalid")
    assert SyncBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("revoked", (403, "device-revoked")), ("closed", (409, "device-forked"))],
)
def test_what_a_withdrawn_device_sends_is_kept_for_a_person(
    wire: Wire, good: bytes, state: str, refusal: Any
) -> None:
    wire.device.state = state
    wire.device.save()

    answers = [refused(wire.send(body)) for body in (good, good, b"nonsense")]

    assert answers == [refusal] * 3
    assert set(SyncBatch.objects.values_list("state", flat=True)) == {"quarantined"}
    assert SyncBatch.objects.count() == 2


def test_a_batch_that_was_applied_stays_so_when_a_withdrawn_device_repeats_it(
    wire: Wire, good: bytes
) -> None:
    wire.send(good)
    wire.device.state = "revoked"
    wire.device.save()

    answer = wire.send(good)

    assert answer.status_code == 403
    assert SyncBatch.objects.get().state == "applied"


def test_the_envelope_of_another_device_is_refused(wire: Wire, second: Wire) -> None:
    answer = wire.push(wire.op("soil_core"), device=str(second.device.id))

    assert refused(answer) == (409, "state-conflict")
    assert SyncBatch.objects.get().state == "undecodable"


def test_another_incarnation_is_a_fork(wire: Wire) -> None:
    answer = wire.push(wire.op("soil_core"), incarnation=2)

    assert refused(answer) == (409, "device-forked")


@pytest.mark.parametrize("version", ["2", "0", "x", "1.0", "1,2"])
def test_a_protocol_nobody_speaks_is_refused(wire: Wire, good: bytes, version: str) -> None:
    answer = wire.send(good, Sync_Protocol=version)

    assert refused(answer) == (412, "protocol-unsupported")
    assert answer.json()["supported"] == [1]


class Endless(io.RawIOBase):
    """A body without an end that counts what was read of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "a body is never read whole"
        self.taken += size
        return b" " * size

    def readline(self, size: int | None = -1) -> bytes:
        raise AssertionError("bodies have no lines")


def send_stream(wire: Wire, stream: io.IOBase, **environ: Any) -> Any:
    return wire.client.generic(
        "POST",
        PUSH,
        headers={"Authorization": f"Bearer {wire.token}"},
        **{"wsgi.input": stream, "CONTENT_TYPE": "application/json", **environ},
    )


@pytest.mark.parametrize("length", [MAX_HEARD_OUT + 1, 100 * 2**20, 10**30])
def test_a_body_that_says_it_is_too_long_is_not_read(wire: Wire, length: int) -> None:
    stream = Endless()

    answer = send_stream(wire, stream, CONTENT_LENGTH=str(length))

    assert refused(answer) == (413, "too-large")
    assert answer.json()["limits"]["max_body"] == MAX_BODY
    assert stream.taken == 0
    assert SyncBatch.objects.count() == 0


def test_who_sends_a_little_too_much_may_finish_before_the_refusal(wire: Wire) -> None:
    stream = Endless()

    answer = send_stream(wire, stream, CONTENT_LENGTH=str(MAX_BODY + 1))

    assert refused(answer) == (413, "too-large")
    assert stream.taken == MAX_BODY + 1
    assert SyncBatch.objects.count() == 0


def test_a_streamed_body_is_never_read_whole(wire: Wire) -> None:
    stream = Endless()
    tracemalloc.start()

    answer = send_stream(wire, stream, HTTP_TRANSFER_ENCODING="chunked")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused(answer)[0] in (400, 411, 413)
    assert stream.taken <= MAX_BODY + 1
    assert peak < 3 * MAX_BODY


@pytest.mark.parametrize("length", ["-1", "-5000000"])
def test_a_length_that_is_none_is_refused(wire: Wire, length: str) -> None:
    answer = send_stream(wire, Endless(), CONTENT_LENGTH=length)

    assert refused(answer)[0] in (400, 411, 413)


def test_a_body_that_ends_early_is_refused(wire: Wire, good: bytes) -> None:
    answer = send_stream(wire, io.BytesIO(good), CONTENT_LENGTH=str(len(good) + 1))

    assert refused(answer) == (400, "malformed")
    assert SyncBatch.objects.count() == 0


def bomb(size: int) -> bytes:
    """Return a gzip stream of blanks, packed more than a thousand to one."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(b" " * 2**20) for _ in range(size // 2**20)]
    return b"".join(pieces) + packer.flush()


def test_a_gzip_bomb_is_refused_within_bounds(wire: Wire) -> None:
    body = bomb(300 * 2**20)
    tracemalloc.start()

    answer = wire.send(body, Content_Encoding="gzip")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused(answer) == (413, "too-large")
    assert peak < 4 * MAX_DECODED
    assert SyncBatch.objects.get().state == "undecodable"


BROKEN: dict[str, tuple[Any, dict[str, str], tuple[int, str]]] = {
    "two gzip members": (
        lambda good: gzip.compress(good) + gzip.compress(good),
        {"Content_Encoding": "gzip"},
        (400, "malformed"),
    ),
    "bytes after the member": (
        lambda good: gzip.compress(good) + b"\0",
        {"Content_Encoding": "gzip"},
        (400, "malformed"),
    ),
    "cut off": (
        lambda good: gzip.compress(good)[:-9],
        {"Content_Encoding": "gzip"},
        (400, "malformed"),
    ),
    "wrong checksum": (
        lambda good: gzip.compress(good)[:-8] + bytes(8),
        {"Content_Encoding": "gzip"},
        (400, "malformed"),
    ),
    "plain called gzip": (lambda good: good, {"Content_Encoding": "gzip"}, (400, "malformed")),
    "gzip called plain": (gzip.compress, {}, (400, "malformed")),
    "deflate": (zlib.compress, {"Content_Encoding": "deflate"}, (415, "encoding")),
    "unknown encoding": (lambda good: good, {"Content_Encoding": "br"}, (415, "encoding")),
    "encoded twice": (gzip.compress, {"Content_Encoding": "gzip, gzip"}, (415, "encoding")),
    "a form": (
        lambda good: good,
        {"Content_Type": "application/x-www-form-urlencoded"},
        (415, "encoding"),
    ),
    "text": (lambda good: good, {"Content_Type": "text/plain"}, (415, "encoding")),
    "another charset": (
        lambda good: good.decode().encode("utf-16"),
        {"Content_Type": "application/json; charset=utf-16"},
        (415, "encoding"),
    ),
    "a codec as charset": (
        gzip.compress,
        {"Content_Type": "application/json; charset=zlib_codec"},
        (415, "encoding"),
    ),
    "UTF-16 called UTF-8": (lambda good: good.decode().encode("utf-16"), {}, (400, "malformed")),
    "a byte order mark": (lambda good: b"\xef\xbb\xbf" + good, {}, (400, "malformed")),
    "half a body": (lambda good: good[: len(good) // 2], {}, (400, "malformed")),
    "nothing": (lambda good: b"", {}, (400, "malformed")),
    "blanks": (lambda good: b"  ", {}, (400, "malformed")),
    "too many braces": (lambda good: good + b"}", {}, (400, "malformed")),
    "single quotes": (lambda good: good.replace(b'"', b"'"), {}, (400, "malformed")),
    "NaN": (lambda good: good.replace(b'"P1"', b"NaN"), {}, (400, "malformed")),
    "Infinity": (lambda good: good.replace(b'"P1"', b"Infinity"), {}, (400, "malformed")),
    "-Infinity": (lambda good: good.replace(b'"P1"', b"-Infinity"), {}, (400, "malformed")),
    "5000 digits": (lambda good: good.replace(b'"P1"', b"1" * 5000), {}, (400, "malformed")),
    "Latin 1": (lambda good: good.replace(b"P1", b"\xe9"), {}, (400, "malformed")),
    "a control character": (lambda good: good.replace(b"P1", b"\x01"), {}, (400, "malformed")),
    "deep lists": (lambda good: b"[" * 10_000 + b"]" * 10_000, {}, (400, "malformed")),
    "deep objects": (
        lambda good: b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        {},
        (400, "malformed"),
    ),
    "deep values": (
        lambda good: good.replace(b'"P1"', b"[" * 10_000 + b"]" * 10_000),
        {},
        (400, "malformed"),
    ),
    "deep and half a surrogate": (
        lambda good: good.replace(b'"P1"', b"[" * 990 + b'"\\ud800"' + b"]" * 990),
        {},
        (400, "malformed"),
    ),
    "a million members": (
        lambda good: b"{" + b",".join(b'"%d":1' % key for key in range(10**6)) + b"}",
        {},
        (413, "too-large"),
    ),
    "half a million members": (
        lambda good: gzip.compress(
            b"{" + b",".join(b'"%x":1' % key for key in range(600_000)) + b"}"
        ),
        {"Content_Encoding": "gzip"},
        (400, "malformed"),
    ),
    "a list": (lambda good: b"[" + good + b"]", {}, (400, "malformed")),
    "a number": (lambda good: b"5", {}, (400, "malformed")),
    "null": (lambda good: b"null", {}, (400, "malformed")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_body_that_cannot_be_read_is_kept_and_refused(wire: Wire, good: bytes, what: str) -> None:
    spoil, headers, refusal = BROKEN[what]

    answer = wire.send(spoil(good), **headers)

    assert refused(answer) == refusal
    assert set(SyncBatch.objects.values_list("state", flat=True)) <= {"undecodable"}
    assert wire.send(good).json()["outcomes"][0]["status"] == "applied"


def test_a_body_of_exactly_the_limit_is_read_whichever_way_it_comes(wire: Wire) -> None:
    head = json.dumps(wire.envelope())
    body = (head[:-1] + " " * (MAX_DECODED - len(head)) + "}").encode()

    packed = wire.send_packed(body)
    longer = wire.send_packed(body + b" ")
    plain = wire.send(body[: MAX_BODY - 1] + b"}")

    assert len(body) == MAX_DECODED
    assert [packed.status_code, longer.status_code, plain.status_code] == [200, 413, 200]


@pytest.mark.parametrize(
    "member",
    [{"device": value} for value in (None, 5, "x", "\ud800", [], {})]
    + [{"incarnation": value} for value in (None, 0, -1, "1", 1.5, True, 10**30)]
    + [{"ops": value} for value in (None, {}, "x", 5)],
    ids=ascii,
)
def test_an_envelope_with_a_member_of_the_wrong_type_is_refused(
    wire: Wire, member: dict[str, Any]
) -> None:
    answer = wire.push(wire.op("soil_core"), **member)

    assert refused(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "member",
    [
        {"schema": "\ud800"},
        {"schema": "\x00"},
        {"sent_at": "\ud800"},
        {"sent_at": "yesterday"},
        {"sent_at": "2026-05-01T10:20:00"},
        {"sent_at": "0001-01-01T00:00:00+14:00"},
        {"sent_at": "9999-12-31T23:59:59-14:00"},
        {"mono_ms": -(10**30)},
        {"queued": -1},
        {"queued": 2**31},
        {"queued": 10**30},
        {"queued": None, "mono_ms": None},
        {"new_member": ["\ud800", "\x00", 10**30, {}]},
    ],
    ids=ascii,
)
def test_what_a_device_says_of_itself_is_never_held_against_its_records(
    wire: Wire, plot: Plot, member: dict[str, Any]
) -> None:
    answer = wire.push(wire.point(plot), **member)

    assert answer.json()["outcomes"][0]["status"] == "applied"


def test_more_operations_than_allowed_are_refused_with_the_limits_named(
    wire: Wire, plot: Plot
) -> None:
    ops = [wire.point(plot) for _ in range(MAX_OPERATIONS + 1)]

    answer = wire.push(*ops)

    assert refused(answer) == (413, "too-large")
    assert answer.json()["limits"]["max_ops"] == MAX_OPERATIONS


def test_an_empty_push_is_answered(wire: Wire) -> None:
    answer = wire.push()

    assert answer.json() == {
        "batch": str(SyncBatch.objects.get().pk),
        "have": {"upto": 0, "missing": [], "backed_up_upto": 0},
        "outcomes": [],
    }


@pytest.mark.parametrize("path", ["/sync/v1/pull", "/sync/v1/devices"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 10_000,
        b'{"device": NaN}',
        b'{"device": "\\ud800"}',
        b'{"code": 5}',
        b'{"code": "x", "install": "y"}',
        b'{"device": "x", "scopes": []}',
    ],
    ids=lambda body: repr(body)[:24],
)
def test_small_bodies_that_cannot_be_read_are_refused(wire: Wire, path: str, body: bytes) -> None:
    answer = wire.send(body, path)

    assert refused(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "members",
    [
        {"limit": "x"},
        {"limit": 1.5},
        {"scopes": {"a": 5}},
        {"scopes": [1]},
        {"device": "99999999-9999-4999-8999-999999999999"},
        {"codes_wanted": "many"},
    ],
    ids=repr,
)
def test_a_pull_with_a_member_of_the_wrong_type_is_refused(
    wire: Wire, members: dict[str, Any]
) -> None:
    answer = wire.pull(**members) if "scopes" not in members else wire.pull({}, **members)

    assert refused(answer) == (400, "malformed")


@pytest.mark.parametrize("limit", [-(10**30), -1, 0, 10**30])
def test_a_limit_beyond_all_bounds_is_brought_within_them(wire: Wire, limit: int) -> None:
    assert wire.pull(limit=limit).status_code == 200


@pytest.mark.parametrize("last_n", [-1, 10**400, 2**53 + 1, "5", None])
def test_a_rebirth_with_an_impossible_number_is_refused(wire: Wire, last_n: Any) -> None:
    body = json.dumps({"install": str(uuid.uuid4()), "last_n": last_n}).encode()

    answer = wire.send(body, f"/sync/v1/devices/{wire.device.id}/rebirth")

    assert refused(answer) == (400, "malformed")


@pytest.mark.parametrize("member", ["model", "app", "code"])
def test_a_character_that_no_text_may_hold_is_refused_when_enrolling(
    wire: Wire, member: str
) -> None:
    body = {"code": "x", "install": str(uuid.uuid4()), member: "a\x00b"}

    answer = Client().post("/sync/v1/devices", body, content_type="application/json")

    assert refused(answer) == (400, "malformed")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
MEMBERS = ("op", "n", "type", "id", "scope", "do", "base", "chg", "resolves", "at", "by", "why")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4), extra=JSON)
def test_no_operation_whatever_it_says_breaks_the_server(
    wire: Wire, plot: Plot, changes: dict[str, Any], extra: Any
) -> None:
    wild = wire.op("soil_core", values={"code": extra, "new_field": extra}) | changes
    point = wire.point(plot)

    answer = wire.push(wild, point)

    if answer.status_code == 200:
        assert answer.json()["outcomes"][1]["status"] == "applied"
    else:
        assert answer.json()["code"] in ("malformed", "device-forked")


def test_devices_of_one_person_do_not_answer_for_each_other(
    wire: Wire, plot: Plot, campaign: Any
) -> None:
    colleague = make_member(wire.device.project, "colleague", "technician")
    stranger = Wire(new_device(wire.device.project, colleague, campaign), campaign)
    point = wire.point(plot)
    wire.outcomes(point)

    (outcome,) = stranger.outcomes(point)

    assert outcome["code"] == "not-your-op"
