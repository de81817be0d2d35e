"""A push that was answered before, byte for byte, is answered again from what is stored."""

from __future__ import annotations

import msgspec
import psycopg
from django.db import OperationalError, connection, transaction

from sampling.actions import journal
from sampling.actions.express import Written, answers_of_new
from sampling.actions.prepared import pipeline
from sampling.errors import DeviceBusy
from sampling.rules.columns import literal_array
from sampling.rules.envelope import Count
from sampling.rules.plain_creates import are_ids

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


class Named(msgspec.Struct):
    """An operation by its id and its number."""

    op: str
    n: Count


class Repeated(msgspec.Struct):
    """What a push says that was answered before, as far as its answer depends on it."""

    ops: list[Named]
    sent_at: str = ""
    queued: int | None = None


_repeated = msgspec.json.Decoder(Repeated)


def read_repeated(body: bytes) -> Repeated | None:
    """Read a push again; None when it is not a plain one."""
    try:
        push = _repeated.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return push if push.ops and are_ids([one.op for one in push.ops]) else None


def answer_again(
    push: Repeated, sender: journal.Sender, note: journal.PushNote, *, first_seq: int | None
) -> Written | None:
    """Return the stored answers of a push whose bytes were applied before.

    first_seq is where its records begin in the log, if it went by the express lane: its answers
    follow from that. None when an operation of it was first sent in another batch: its answer is
    not this simple. Raises DeviceBusy while another push of the device runs.
    """
    try:
        with transaction.atomic():
            return _answer(push, sender, note, first_seq)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise DeviceBusy from error
        raise


def _answer(
    push: Repeated, sender: journal.Sender, note: journal.PushNote, first_seq: int | None
) -> Written | None:
    device, at = sender.device, sender.received_at
    assert device is not None
    ops = [one.op for one in push.ops]
    numbers = [one.n for one in push.ops]
    stored = None
    with pipeline() as pipe:
        journal.send_lock(pipe, device)
        # What is noted here may be lost with the machine's power: the answers told are old.
        pipe.send(_UNHURRIED)
        if first_seq is None:
            stored = pipe.send(_ANSWERS, [literal_array(ops), sender.batch, device])
        noted = journal.send_note(pipe, device, note, numbers, at=at)
    count, answers = stored.fetchone() or (0, "") if stored else (len(ops), None)
    if count != len(ops):
        transaction.set_rollback(True)
        return None
    have = journal.told_have(noted)
    if have is None:
        with connection.cursor() as cursor:
            have = journal.acknowledge(cursor, device, note, numbers, at=at)
    if first_seq is not None:
        answers = answers_of_new(ops, first_seq, more=',"duplicate":true')
    return Written(answers=f"[{answers}]".encode(), have=have)
