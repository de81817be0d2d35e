"""The envelope a tablet pushes: inflated within bounds, decoded operation by operation.

One bad operation never costs its neighbours: what can be named is answered on its own.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from sampling.errors import BadEncoding, MalformedRequest, TooLarge
from sampling.rules.operations import Operation, Outcome, Problem, rejected
from sampling.rules.record_types import (
    has_unstorable_number,
    has_unstorable_text,
    storable_text,
    with_storable_text,
)

MAX_OPERATIONS = 2000
MAX_BODY = 4 * 1024 * 1024
MAX_DECODED = 8 * 1024 * 1024
MAX_OPERATION = 256 * 1024
MAX_DEPTH = 12
MAX_SAFE_INTEGER = 2**53
MAX_QUEUED = 2**31 - 1  # what a tablet says of its queue is shown, no more
FLAT_BRACKETS = 4  # the operation itself, its base, its changes, what it resolves

LIMITS = {
    "max_ops": MAX_OPERATIONS,
    "max_body": MAX_BODY,
    "max_decoded": MAX_DECODED,
    "max_op": MAX_OPERATION,
    "max_depth": MAX_DEPTH,
}

Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE_INTEGER)]


class _Base(msgspec.Struct):
    v: Count | None = None
    op: UUID | None = None


class _WireOperation(msgspec.Struct):
    op: UUID
    n: Count
    type: Annotated[str, msgspec.Meta(max_length=32)]
    id: UUID
    scope: Annotated[str, msgspec.Meta(max_length=48)]
    do: Literal["create", "patch", "delete", "resolve"]
    base: _Base | None = None
    chg: dict[str, Any] | None = None
    resolves: list[UUID] | None = None
    at: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    by: UUID | None = None
    why: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class Head(msgspec.Struct):
    """What a push says besides its operations, which are left as the bytes they came as.

    What is only shown to people is read as it comes: no push is refused for it.
    """

    device: UUID
    incarnation: Count
    ops: list[msgspec.Raw]
    schema: Any = None
    sent_at: Any = None
    mono_ms: Any = None
    queued: Any = None


_head = msgspec.json.Decoder(Head)
_json = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One operation as it came: readable or refused, with the hash of its bytes.

    `text` are these bytes, so that an operation written another way can be told from another
    operation. A `problem` says why a readable operation can only be held. One that is too much to
    be kept with its answer has no changes here: `keeps_body` is False, the batch has its bytes.
    `refused_number` is that of a refused one, where it can be read.
    """

    content_sha256: bytes
    text: bytes = b""
    operation: Operation | None = None
    refusal: Outcome | None = None
    problem: Problem | None = None
    keeps_body: bool = True
    refused_number: int | None = None

    @property
    def number(self) -> int | None:
        """Which of its device's operations this is, also when nothing else can be read."""
        return self.operation.number if self.operation else self.refused_number


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A decoded push."""

    head: Head
    received: tuple[Received, ...]


def inflate(body: bytes, encoding: str, *, limit: int = MAX_DECODED) -> bytes:
    """Return the decoded body; a gzip stream that unfolds beyond the limit is refused at once."""
    if encoding in ("", "identity"):
        if len(body) > limit:
            raise TooLarge(limits=LIMITS)
        return body
    if encoding != "gzip":
        raise BadEncoding
    stream = zlib.decompressobj(31)
    try:
        decoded = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise MalformedRequest("The gzip stream is broken.") from error
    if len(decoded) > limit:
        raise TooLarge(limits=LIMITS)
    if not stream.eof or stream.unused_data:
        raise MalformedRequest("The gzip stream is cut off or has more than one member.")
    return decoded


def decode(body: bytes) -> Envelope:
    """Read a push; raises MalformedRequest or TooLarge, and TooLarge names the limits."""
    try:
        head, operations = _read(body)
        if len(operations) > MAX_OPERATIONS:
            raise TooLarge(limits=LIMITS)
        received = tuple(_receive(*operation) for operation in operations)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise MalformedRequest(f"The envelope is not one: {storable_text(str(error))}.") from error
    except RecursionError as error:
        raise MalformedRequest("The body is nested too deeply.") from error
    return Envelope(head=head, received=received)


def plausible_queue(queued: Any) -> int | None:
    """Return how many operations a device says it still holds, as far as that can be stored."""
    return max(0, min(queued, MAX_QUEUED)) if type(queued) is int else None


def read_head(body: bytes) -> Head:
    """Return a push with its operations still as bytes; raises what msgspec raises."""
    return _head.decode(body)


def _read(body: bytes) -> tuple[Head, list[tuple[bytes, Any, bool]]]:
    """Return the head of a push, and each operation: its bytes, what they say, read strictly."""
    try:
        head = read_head(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_leniently(body)
    try:
        return head, [(bytes(raw), _json.decode(raw), True) for raw in head.ops]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_leniently(body)


def _read_leniently(body: bytes) -> tuple[Head, list[tuple[bytes, Any, bool]]]:
    """Read what the strict reader refused, so that one bad value costs one operation.

    Such values are halves of surrogate pairs and numbers beyond all floats.
    """
    try:
        raw = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise MalformedRequest(f"The body is not JSON in UTF-8: {error}.") from error
    operations = raw.pop("ops", None) if isinstance(raw, dict) else None
    if not isinstance(operations, list):
        raise MalformedRequest("The envelope is not one: it has no list of operations.")
    head = msgspec.convert({**raw, "ops": []}, Head)
    return head, [(sorted_text(one), one, False) for one in operations]


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"{name} is not a number in JSON.")


def sorted_text(raw: Any) -> bytes:
    """Return a value as JSON, the same whatever the order of its members."""
    try:
        return msgspec.json.encode(raw, order="sorted")
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(raw, sort_keys=True).encode()


def content_hash(raw: Any) -> bytes:
    """Return the SHA-256 of an operation's content, whatever the order of its members."""
    return hashlib.sha256(sorted_text(raw)).digest()


def is_same_content(one: bytes, other: bytes) -> bool:
    """Return whether two operations say the same, however each is written."""
    return _content(one) == _content(other)


def _content(text: bytes) -> bytes:
    try:
        return sorted_text(_json.decode(text))
    except msgspec.DecodeError:  # written leniently
        return sorted_text(json.loads(text))


def _receive(text: bytes, raw: Any, is_strict: bool) -> Received:
    digest = hashlib.sha256(text).digest()
    try:
        wire = msgspec.convert(raw, _WireOperation)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        refusal = _refusal(raw, storable_text(str(error)))
        return Received(content_sha256=digest, refusal=refusal, refused_number=_number_of(raw))
    base = wire.base
    operation = Operation(
        id=wire.op,
        type=wire.type,
        record=wire.id,
        scope=wire.scope,
        do=wire.do,
        changes=wire.chg or {},
        base_revision=base.v if base else None,
        base_op=base.op if base else None,
        resolves=tuple(wire.resolves or ()),
        number=wire.n,
        at=wire.at or "",
        by=wire.by,
        why=wire.why or "",
    )
    problem = _too_much(operation, text) or _unstorable(operation, text, is_strict=is_strict)
    received = Received(content_sha256=digest, text=text, operation=operation)
    return received if problem is None else _to_be_held(received, operation, problem)


def _to_be_held(received: Received, operation: Operation, problem: Problem) -> Received:
    """Return an operation that can only be held, in a form that can be stored."""
    keeps_body = problem.code == "unstorable-text"
    return replace(
        received,
        operation=replace(
            operation,
            type=storable_text(operation.type),
            scope=storable_text(operation.scope),
            at=storable_text(operation.at),
            why=storable_text(operation.why),
            changes=with_storable_text(operation.changes) if keeps_body else {},
        ),
        problem=problem,
        keeps_body=keeps_body,
    )


def _too_much(operation: Operation, text: bytes) -> Problem | None:
    """Return why an operation is more than a record may hold, or None.

    A flat operation has one bracket a field besides its own few; only others are looked into.
    """
    brackets = text.count(b"{") + text.count(b"[")
    changes = operation.changes
    if brackets > len(changes) + FLAT_BRACKETS and depth_of(changes) > MAX_DEPTH:
        return Problem(
            pointer="/chg", code="too-deep", detail=f"Values nest at most {MAX_DEPTH} deep."
        )
    if len(text) > MAX_OPERATION:
        return Problem(
            pointer="/chg",
            code="too-large",
            detail=f"One operation holds at most {MAX_OPERATION} bytes.",
        )
    return None


def _unstorable(operation: Operation, text: bytes, *, is_strict: bool) -> Problem | None:
    """Return which value of an operation no database and no JSON can hold, or None."""
    told = [operation.type, operation.scope, operation.at, operation.why, operation.changes]
    if b"\\u" in text and has_unstorable_text(told):
        return Problem(
            pointer="/chg",
            code="unstorable-text",
            detail="A text holds a character that no text may hold;"
            " it is kept with a replacement character in its place.",
        )
    if not is_strict and has_unstorable_number(operation.changes):
        return Problem(
            pointer="/chg",
            code="unstorable-number",
            detail="A number is beyond what a floating point number can hold.",
        )
    return None


def depth_of(value: Any, *, limit: int = MAX_DEPTH + 1) -> int:
    """Return how deep a value nests, counted no further than the limit."""
    if limit <= 0:
        return 1
    if isinstance(value, Mapping):
        parts: Sequence[Any] = list(value.values())
    elif isinstance(value, list):
        parts = value
    else:
        return 0
    return 1 + max((depth_of(part, limit=limit - 1) for part in parts), default=0)


def _number_of(raw: Any) -> int | None:
    """Return the number of an operation that cannot be read, if that much can be."""
    number = raw.get("n") if isinstance(raw, dict) else None
    return number if type(number) is int and 1 <= number <= MAX_SAFE_INTEGER else None


def _refusal(raw: Any, reason: str) -> Outcome:
    """Answer an operation that cannot be read; one without an id is answered under the nil id."""
    try:
        op = UUID(raw["op"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return rejected(UUID(int=0), "no-op-id", f"The operation has no readable id: {reason}.")
    return rejected(op, "malformed", f"The operation cannot be read: {reason}.")
