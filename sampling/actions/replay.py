"""A push that was answered before, byte for byte, is answered again from what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import OperationalError, connection, transaction

from sampling.actions import journal
from sampling.actions.express import Written
from sampling.errors import DeviceBusy
from sampling.rules.envelope import Count, Head
from sampling.rules.plain_creates import are_ids, literal_array

_ANSWERS = """
    SELECT count(*), string_agg(concat('{"op":"', o.op, '","status":"', o.status, '"',
            ',"v":' || o.revision, ',"seq":' || o.seq,
            ',' || nullif(substr(o.detail::text, 2, length(o.detail::text) - 2), ''),
            ',"duplicate":true}'),
        ',' ORDER BY u.place)
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS u(op, place)
    JOIN sampling_syncoperation AS o ON o.op = u.op
    WHERE o.batch_id = %s AND o.device_id = %s
"""

_UNHURRIED = "SELECT set_config('synchronous_commit', 'off', true)"


class _Named(msgspec.Struct):
    op: str
    n: Count


_named = msgspec.json.Decoder(_Named)


def answer_again(head: Head, sender: journal.Sender, note: journal.PushNote) -> Written | None:
    """Return the stored answers of a push whose bytes were applied before.

    None when it holds no operation, or one that was first sent in another batch: the answer is not
    this simple.
    Raises DeviceBusy while another push of the device runs.
    """
    try:
        named = [_named.decode(raw) for raw in head.ops]
    except msgspec.MsgspecError:
        return None
    ops = [one.op for one in named]
    if not ops or not are_ids(ops):
        return None
    assert sender.device is not None
    try:
        with transaction.atomic():
            written = _answer(sender.device, ops, [one.n for one in named], sender, note)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise DeviceBusy from error
        raise
    return written


def _answer(
    device: UUID,
    ops: Sequence[str],
    numbers: Sequence[int],
    sender: journal.Sender,
    note: journal.PushNote,
) -> Written | None:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    with connection.wrap_database_errors:
        with raw.pipeline():  # its end raises what any of them raised
            journal.send_lock(raw, device)
            # What is noted here may be lost with the machine's power: the answers told are old.
            psycopg.Cursor(raw).execute(_UNHURRIED, prepare=True)
            stored = psycopg.Cursor(raw)
            stored.execute(_ANSWERS, [literal_array(ops), sender.batch, device], prepare=True)
            noted = journal.send_note(raw, device, note, numbers, at=sender.received_at)
        count, answers = stored.fetchone() or (0, "")
        have = journal.told_have(noted)
    if count != len(ops):
        transaction.set_rollback(True)
        return None
    if have is None:
        with connection.cursor() as cursor:
            have = journal.acknowledge(cursor, device, note, numbers, at=sender.received_at)
    return Written(answers=f"[{answers or ''}]".encode(), have=have)
