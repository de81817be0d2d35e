"""Pushes of tablets: the bytes are stored before anything looks at them, then judged."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from sampling.actions import express, journal, replay, waiting
from sampling.actions.attachments import note_missing, speaks_of_files
from sampling.actions.batch import Batch
from sampling.actions.devices import scopes_before_withdrawal, scopes_of
from sampling.actions.express import Written
from sampling.actions.intake import Accepted, Actor, Push, accept_received, carried_out
from sampling.actions.prepared import ask
from sampling.actions.refusals import is_passing
from sampling.errors import (
    DeviceBusy,
    DeviceForked,
    DeviceRevoked,
    RootfieldError,
    StateConflict,
    TooLarge,
)
from sampling.models import Device, SyncBatch
from sampling.rules.envelope import Envelope, Head, decode, inflate, plausible_queue
from sampling.rules.plain_creates import PlainPush

logger = structlog.get_logger("sampling.pushes")

KEPT_HEADERS = ("Idempotency-Key", "Sync-Protocol", "User-Agent", "Content-Type")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A push as it came over the wire."""

    body: bytes
    encoding: str
    headers: Mapping[str, str]
    received_at: dt.datetime


# A transaction of its own that does not wait for the disk: the commit that the answer waits for
# takes it along, whichever way the push is judged.
_STORE = """
    WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO sampling_syncbatch
        (device_id, sha256, received_at, encoding, headers, body, state, error)
    SELECT %s, %s, %s, %s, %s::jsonb, %s, 'received', '' FROM unhurried
    ON CONFLICT (device_id, sha256) DO UPDATE SET device_id = EXCLUDED.device_id
    RETURNING id, state, first_seq
"""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A push whose bytes are kept: whether it was applied before, and what `first_seq` says."""

    batch: int
    was_applied: bool
    first_seq: int | None


def store_batch(device: Device, delivery: Delivery) -> Stored:
    """Keep the bytes of a push, committed, before they are judged.

    The same bytes from the same device are kept once.
    """
    stored = ask(
        _STORE,
        [
            device.id,
            hashlib.sha256(delivery.body).digest(),
            delivery.received_at,
            delivery.encoding,
            _headers_json(delivery.headers),
            delivery.body,
        ],
    )
    batch, state, first_seq = stored.fetchone() or (0, "", None)
    return Stored(batch=batch, was_applied=state == "applied", first_seq=first_seq)


def receive_push(device: Device, delivery: Delivery) -> tuple[int, Accepted | Written]:
    """Store a push, judge it, and return its number with the outcomes.

    What cannot be decoded stays stored and is answered with the error. A revoked device's push
    is kept for a data steward and answered with DeviceRevoked.
    """
    stored = store_batch(device, delivery)
    batch = stored.batch
    if device.state == "revoked":
        _mark(batch, "quarantined", "device revoked")
        raise DeviceRevoked(batch=batch)
    if device.state == "closed":
        _mark(batch, "quarantined", "device closed")
        raise DeviceForked(batch=batch)
    sender = _sender(device, batch, delivery.received_at)
    try:
        body = inflate(delivery.body, delivery.encoding)
        pushed = _repeated(body, sender, stored) or _read(device, body)
    except DeviceBusy:
        raise
    except RootfieldError as error:
        _mark(batch, "undecodable", error.detail)
        raise
    if isinstance(pushed, Written):
        return batch, pushed
    if isinstance(pushed, PlainPush):
        note = _note_of(pushed.head, delivery.received_at)
        written = express.write_plain(pushed, sender, note, scopes=scopes_of(device))
        if written is not None:
            return batch, written
        pushed = decode(body)
    return batch, _judge(device, batch, pushed, received_at=delivery.received_at)


def _sender(device: Device, batch: int, received_at: dt.datetime) -> journal.Sender:
    return journal.Sender(
        project=device.project_id,
        via="tablet",
        device=device.id,
        user=device.user_id,
        batch=batch,
        received_at=received_at,
    )


def _repeated(body: bytes, sender: journal.Sender, stored: Stored) -> Written | None:
    """Return the answer to bytes that were applied before, where it is simply the stored one."""
    if not stored.was_applied or speaks_of_files(body):
        return None
    push = replay.read_repeated(body)
    if push is None:
        return None
    note = _note_of(push, sender.received_at)
    return replay.answer_again(push, sender, note, first_seq=stored.first_seq)


def _read(device: Device, body: bytes) -> Envelope | PlainPush:
    """Return what a device pushed; raises what the push is to be answered with."""
    pushed = express.reader().read(body) or decode(body)
    _check_identity(device, pushed.head)
    return pushed


def _mark(batch: int, state: str, error: str) -> None:
    """Note why a batch was not applied, unless that is settled."""
    open_ones = SyncBatch.objects.filter(pk=batch).exclude(state__in=("applied", "refused"))
    open_ones.update(state=state, error=error)


def _check_identity(device: Device, head: Head) -> None:
    if head.device != device.id:
        raise StateConflict("The envelope names another device than the token.")
    if head.incarnation != device.incarnation:
        raise DeviceForked


def _note_of(head: Head | replay.Repeated, received_at: dt.datetime) -> journal.PushNote:
    return journal.PushNote(
        clock_offset_s=clock_offset(head.sent_at, received_at), queued=plausible_queue(head.queued)
    )


def _judge(
    device: Device,
    batch: int,
    envelope: Envelope,
    *,
    received_at: dt.datetime,
    scopes: Mapping[str, str] | None = None,
) -> Accepted:
    """Judge a push by the scopes of its device, or by those it is granted for this once."""
    actor = Actor(
        project=device.project_id,
        via="tablet",
        user=device.user_id,
        device=device.id,
        scopes=scopes_of(device) if scopes is None else scopes,
    )
    note = _note_of(envelope.head, received_at)
    try:
        accepted = accept_received(
            envelope.received,
            actor=actor,
            received_at=received_at,
            push=Push(batch=batch, note=note),
        )
    except DeviceForked as error:
        _mark(batch, "quarantined", error.detail)
        raise
    except TooLarge as error:
        _mark(batch, "undecodable", error.detail)
        raise
    note_missing(envelope.received, accepted.outcomes)
    return accepted


def clock_offset(sent_at: Any, received_at: dt.datetime) -> float | None:
    """Return how many seconds a device's clock is ahead; shown to people, never decided by."""
    try:
        sent = dt.datetime.fromisoformat(sent_at)
    except (ValueError, TypeError):
        return None
    if sent.tzinfo is None:
        return None
    return (sent - received_at).total_seconds()


def _headers_json(headers: Mapping[str, str]) -> str:
    kept = {name: headers[name][:200] for name in KEPT_HEADERS if name in headers}
    return msgspec.json.encode(kept).decode()


def sweep_batches(*, older_than: dt.timedelta, limit: int = 100) -> int:
    """Judge pushes that were stored and never judged (a crash in between); return how many.

    One that cannot be judged keeps no other from it. Operations whose parents have come join in.
    """
    before = timezone.now() - older_than
    stored = SyncBatch.objects.filter(state="received", received_at__lt=before)
    done = 0
    for batch in stored.select_related("device__user").order_by("received_at")[:limit]:
        if _judged_or_left(batch):
            done += 1
    wake_waiting(at=timezone.now())
    return done


def _judged_or_left(batch: SyncBatch) -> bool:
    """Judge a stored push; one the database could not work on is left for the next sweep.

    Raises what ended the connection: nothing more can be judged then.
    """
    try:
        return judge_stored(batch) is not None
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        logger.warning("stored push left for later", batch=batch.pk, error=str(error))
        return False


def judge_stored(batch: SyncBatch) -> Accepted | None:
    """Judge a push that is stored; None when that cannot be done. Safe to repeat.

    It came while its device was active: one that was reborn since has it judged by the scopes it
    had, as its answer would have been. An error of the database that passes is raised, and decides
    nothing.
    """
    device = batch.device
    scopes = scopes_before_withdrawal(device) if device.state == "closed" else None
    try:
        envelope = decode(inflate(bytes(batch.body), batch.encoding))
        _check_identity(device, envelope.head)
    except RootfieldError as error:
        _mark(batch.pk, "undecodable", error.detail)
        return None
    try:
        return _judge(device, batch.pk, envelope, received_at=batch.received_at, scopes=scopes)
    except (StateConflict, TooLarge):
        return None
    except DatabaseError as error:
        if is_passing(error):
            raise
        logger.exception("stored push refused", batch=batch.pk)
        _mark(batch.pk, "quarantined", str(error))
        return None


def judge_kept(batch: SyncBatch, *, scopes: Mapping[str, str]) -> Accepted:
    """Judge a stored push by the scopes its device had; raises what refuses it as a whole."""
    envelope = decode(inflate(bytes(batch.body), batch.encoding))
    _check_identity(batch.device, envelope.head)
    return _judge(batch.device, batch.pk, envelope, received_at=batch.received_at, scopes=scopes)


def wake_waiting(*, at: dt.datetime, limit: int = 500) -> int:
    """Try deferred operations again whose parents are there by now; return how many.

    What arrives wakes what waits for it; this finds those that began to wait in that very moment,
    or for what is written by actions of its own.
    """
    with connection.cursor() as cursor:
        found = waiting.arrived(cursor, limit=limit)
    done = 0
    for project, held in found.items():
        if _wake(project, held, at=at):
            done += len(held)
        else:  # one of them is to blame: the others need not wait for it
            done += sum(_wake(project, [one], at=at) for one in held)
    return done


def _wake(project: UUID, held: Sequence[waiting.Held], *, at: dt.datetime) -> bool:
    """Try held operations again; False when the database refuses what nobody foresaw."""
    try:
        carried_out(lambda: Batch.of_nobody(project, at=at).wake(held))
    except StateConflict:
        return False
    except DatabaseError as error:
        if is_passing(error):
            raise
        logger.exception("held operations refused", ops=[str(one.operation.id) for one in held])
        return False
    return True
