"""Pushes of tablets: the bytes are stored before anything looks at them, then judged."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from sampling.actions.devices import scopes_of
from sampling.actions.intake import Accepted, Actor, Push, accept_received
from sampling.actions.journal import PushNote
from sampling.errors import DeviceForked, DeviceRevoked, RootfieldError, StateConflict
from sampling.models import Device, SyncBatch
from sampling.rules.envelope import Envelope, decode, inflate

KEPT_HEADERS = ("Idempotency-Key", "Sync-Protocol", "User-Agent", "Content-Type")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A push as it came over the wire."""

    body: bytes
    encoding: str
    headers: Mapping[str, str]
    received_at: dt.datetime


def store_batch(device: Device, delivery: Delivery) -> int:
    """Keep the bytes of a push, committed, before they are judged; return their number.

    The same bytes from the same device are kept once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sampling_syncbatch"
            " (device_id, sha256, received_at, encoding, headers, body, state, error)"
            " VALUES (%s, %s, %s, %s, %s::jsonb, %s, 'received', '')"
            " ON CONFLICT (device_id, sha256) DO UPDATE SET device_id = EXCLUDED.device_id"
            " RETURNING id",
            [
                device.id,
                hashlib.sha256(delivery.body).digest(),
                delivery.received_at,
                delivery.encoding,
                _headers_json(delivery.headers),
                delivery.body,
            ],
        )
        (batch,) = cursor.fetchone()
    return int(batch)


def receive_push(device: Device, delivery: Delivery) -> tuple[int, Accepted]:
    """Store a push, judge it, and return its number with the outcomes.

    What cannot be decoded stays stored and is answered with the error. A revoked device's push
    is kept for a data steward and answered with DeviceRevoked.
    """
    batch = store_batch(device, delivery)
    if device.state == "revoked":
        SyncBatch.objects.filter(pk=batch).update(state="quarantined", error="device revoked")
        raise DeviceRevoked(batch=batch)
    if device.state == "closed":
        SyncBatch.objects.filter(pk=batch).update(state="quarantined", error="device closed")
        raise DeviceForked(batch=batch)
    try:
        envelope = decode(inflate(delivery.body, delivery.encoding))
        _check_identity(device, envelope)
    except RootfieldError as error:
        SyncBatch.objects.filter(pk=batch).update(state="undecodable", error=error.detail)
        raise
    return batch, _judge(device, batch, envelope, received_at=delivery.received_at)


def _check_identity(device: Device, envelope: Envelope) -> None:
    if envelope.device != device.id:
        raise StateConflict("The envelope names another device than the token.")
    if envelope.incarnation != device.incarnation:
        raise DeviceForked


def _judge(device: Device, batch: int, envelope: Envelope, *, received_at: dt.datetime) -> Accepted:
    actor = Actor(
        project=device.project_id,
        via="tablet",
        user=device.user_id,
        device=device.id,
        scopes=scopes_of(device),
    )
    note = PushNote(
        clock_offset_s=clock_offset(envelope.sent_at, received_at), queued=envelope.queued
    )
    return accept_received(
        envelope.received,
        actor=actor,
        received_at=received_at,
        push=Push(batch=batch, note=note),
    )


def clock_offset(sent_at: str, received_at: dt.datetime) -> float | None:
    """Return how many seconds a device's clock is ahead; shown to people, never decided by."""
    try:
        sent = dt.datetime.fromisoformat(sent_at)
    except ValueError:
        return None
    if sent.tzinfo is None:
        return None
    return (sent - received_at).total_seconds()


def _headers_json(headers: Mapping[str, str]) -> str:
    kept = {name: headers[name][:200] for name in KEPT_HEADERS if name in headers}
    return msgspec.json.encode(kept).decode()


def sweep_batches(*, older_than: dt.timedelta, limit: int = 100) -> int:
    """Judge pushes that were stored and never judged (a crash in between); return how many."""
    before = timezone.now() - older_than
    waiting = SyncBatch.objects.filter(state="received", received_at__lt=before)
    done = 0
    for batch in waiting.select_related("device__user").order_by("received_at")[:limit]:
        judge_stored(batch)
        done += 1
    return done


def judge_stored(batch: SyncBatch) -> Accepted | None:
    """Judge a push that is stored; None when its bytes cannot be read. Safe to repeat."""
    device = batch.device
    try:
        envelope = decode(inflate(bytes(batch.body), batch.encoding))
    except RootfieldError as error:
        SyncBatch.objects.filter(pk=batch.pk).update(state="undecodable", error=error.detail)
        return None
    return _judge(device, batch.pk, envelope, received_at=batch.received_at)
