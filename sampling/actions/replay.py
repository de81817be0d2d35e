"""A push that was answered before, byte for byte, is answered again from what is stored."""

from __future__ import annotations

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


class _Named(msgspec.Struct):
    op: str
    n: Count


_named = msgspec.json.Decoder(_Named)


def answer_again(head: Head, sender: journal.Sender, note: journal.PushNote) -> Written | None:
    """Return the stored answers of a push whose bytes were applied before.

    None when an operation of it was first sent in another batch: its answer is not this simple.
    Raises DeviceBusy while another push of the device runs.
    """
    try:
        named = [_named.decode(raw) for raw in head.ops]
    except msgspec.MsgspecError:
        return None
    ops = [one.op for one in named]
    if not are_ids(ops):
        return None
    assert sender.device is not None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            journal.lock_device(cursor, sender.device)
            cursor.execute(_ANSWERS, [literal_array(ops), sender.batch, sender.device])
            count, answers = cursor.fetchone()
            if count != len(ops):
                return None
            numbers = [one.n for one in named]
            have = journal.acknowledge(cursor, sender.device, note, numbers, at=sender.received_at)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise DeviceBusy from error
        raise
    return Written(answers=f"[{answers or ''}]".encode(), have=have)
