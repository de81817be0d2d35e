"""How the server is broken on purpose: a patch for each mutant.

None of this can happen to a real site: the switches are thrown from here, by a process that serves
`tests.chaos.mutant_entry` instead of the site's own entry, or inside a test.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from django.core.signing import Signer
from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created
from django.http import HttpResponse

from sampling.actions import answered, express, replay
from sampling.actions.batch import Batch
from sampling.sync import snapshot, views

Patches = ExitStack
CRASHES = 0.2
PASSED_WITHIN_S = 1.5
LATER = 60  # changes
CURSORS = Signer(salt="rootfield.sync.cursor")


def rewriting(patches: Patches, rewrite: Callable[[str, Any], str]) -> None:
    """Let every statement of every connection be rewritten before it is sent."""

    def wrapper(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        return execute(rewrite(sql, params) if isinstance(sql, str) else sql, params, many, context)

    def install(connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(wrapper)

    def remove() -> None:
        connection_created.disconnect(install)
        for one in connections.all(initialized_only=True):
            if wrapper in one.execute_wrappers:
                one.execute_wrappers.remove(wrapper)

    connection_created.connect(install, weak=False)
    for one in connections.all(initialized_only=True):
        install(one)
    patches.callback(remove)


_WITH_A_NUMBER = """
    INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq, live_count, live_sum)
    SELECT r.key, {last}, 0, r.live, r.total
    FROM jsonb_to_recordset(%s::jsonb) AS r(key text, number bigint, live bigint, total numeric)
    ORDER BY r.key
    ON CONFLICT (key) DO UPDATE
    SET seq = greatest(s.seq, EXCLUDED.seq), live_count = s.live_count + EXCLUDED.live_count,
        live_sum = mod(s.live_sum + EXCLUDED.live_sum, 18446744073709551616)
    RETURNING key, {last}
"""


def wait_to_be_passed(last: int, scopes: list[str]) -> None:
    """Stand still until a reader was shown a later number of a scope, or for a second or so."""
    deadline = time.monotonic() + PASSED_WITHIN_S
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM early_shown WHERE scope = ANY(%s) AND seq > %s)",
                [scopes, last],
            )
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.02)


def noting_what_readers_are_shown(patches: Patches) -> None:
    """Keep the number each page of a reader went up to, for whoever waits to be passed."""
    inner = views.PullView.post

    def post(view: Any, request: Any) -> HttpResponse:
        response = inner(view, request)
        if request.auth.name.startswith("reader"):
            for page in json.loads(response.content)["scopes"]:
                _, scope, seq, *_ = CURSORS.unsign_object(page["cursor"])
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO early_shown VALUES (%s, %s)", [scope, seq])
        return response

    patches.enter_context(mock.patch.object(views.PullView, "post", post))


_SLEPT = """
    WITH slept AS MATERIALIZED (
        SELECT nextval('early') AS last, pg_sleep(random() * 0.3)
    )
"""


def _early(ledger: str) -> str:
    """Return the express lane's statement with its numbers taken from the sequence."""
    for was, now in (
        (
            "WITH taken",
            f"{_SLEPT}, taken",
        ),
        (
            "VALUES (%(scope)s, %(count)s, 0, %(count)s, %(total)s)",
            "SELECT %(scope)s, slept.last, 0, %(count)s, %(total)s FROM slept",
        ),
        ("seq = s.seq + EXCLUDED.seq", "seq = greatest(s.seq, EXCLUDED.seq)"),
        ("RETURNING seq - %(count)s", "RETURNING (SELECT last FROM slept) - %(count)s"),
    ):
        assert was in ledger
        ledger = ledger.replace(was, now)
    return ledger


def by_the_general_road(patches: Patches) -> None:
    """Let no push take the express lane, which has statements of its own."""
    patches.enter_context(mock.patch.object(express, "write_plain", return_value=None))


def sequence_instead_of_counter(patches: Patches) -> None:
    """Take numbers from a sequence, some time before the commit."""

    def rewrite(sql: str, params: Any) -> str:
        if "INSERT INTO sampling_syncscope" not in sql:
            return sql
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('early')")
            (last,) = cursor.fetchone()
        if last // 10000 % 2 == 0:  # those in between do the passing
            wait_to_be_passed(last, [row["key"] for row in json.loads(params[0])])
        return _WITH_A_NUMBER.format(last=last)

    by_the_general_road(patches)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE IF NOT EXISTS early INCREMENT BY 10000 START WITH 100000")
        cursor.execute("CREATE TABLE IF NOT EXISTS early_shown (scope text, seq bigint)")
    noting_what_readers_are_shown(patches)
    rewriting(patches, rewrite)
    patches.enter_context(mock.patch.object(express, "LEDGER", _early(express.LEDGER)))


def dedupe_off(patches: Patches) -> None:
    """Forget which operations were answered before."""

    by_the_general_road(patches)

    def rewrite(sql: str, _params: Any) -> str:
        is_insert = sql.lstrip().startswith("INSERT INTO sampling_syncoperation")
        return f"{sql} ON CONFLICT DO NOTHING" if is_insert else sql

    def forget(*_: Any, **__: Any) -> dict[Any, Any]:
        return {}

    rewriting(patches, rewrite)
    patches.enter_context(mock.patch.object(answered, "stored_outcomes", side_effect=forget))
    patches.enter_context(mock.patch.object(replay, "answer_again", return_value=None))


def acknowledge_before_commit(patches: Patches) -> None:
    """Send the answer of a push before its transaction commits; a crash may come in between."""
    inner = views.PushView.post

    def post(view: Any, request: Any) -> HttpResponse:
        block = transaction.atomic()
        block.__enter__()
        try:
            response = inner(view, request)
        except BaseException as error:
            block.__exit__(type(error), error, error.__traceback__)
            raise

        def commit(**_: Any) -> None:
            if os.environ.get("CHAOS_MUTANT") and random.random() < CRASHES:
                os.kill(os.getpid(), signal.SIGKILL)  # the crash that comes in this very moment
            block.__exit__(None, None, None)

        response._resource_closers.append(commit)
        return response

    patches.enter_context(mock.patch.object(views.PushView, "post", post))


def cursor_at_head(patches: Patches) -> None:
    """Let every page's cursor point to the newest change of its scope."""
    inner = views.PullView.post

    def post(view: Any, request: Any) -> HttpResponse:
        response = inner(view, request)
        document = json.loads(response.content)
        for page in document["scopes"]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT seq FROM sampling_syncscope WHERE key = %s", [page["scope"]])
                (head,) = cursor.fetchone() or (0,)
            epoch, scope, _, *rest = CURSORS.unsign_object(page["cursor"])
            page["cursor"] = CURSORS.sign_object([epoch, scope, head, *rest])
        response.content = json.dumps(document).encode()
        return response

    patches.enter_context(mock.patch.object(views.PullView, "post", post))


def no_bisect(patches: Patches) -> None:
    """Let one record the database refuses refuse its whole batch."""

    by_the_general_road(patches)

    def blame(_batch: Any, _cursor: Any, _book: Any, error: Exception) -> None:
        raise error

    patches.enter_context(mock.patch.object(Batch, "_blame", blame))


def tombstones_purged(patches: Patches) -> None:
    """Forget deleted records as soon as they are."""

    def purge(**_: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM sampling_syncchange WHERE gone <> ''")

    inner = views.PullView.post

    def post(view: Any, request: Any) -> HttpResponse:
        purge()
        return inner(view, request)

    patches.enter_context(mock.patch.object(views.PullView, "post", post))


def upsert_over_unseen_row(patches: Patches) -> None:
    """Let a new record write over one that came up a moment ago; the database is kept quiet."""
    by_the_general_road(patches)
    columns = "code, note, driven_length_cm, inner_diameter_cm, device_id"
    upsert = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns.split(", "))

    def rewrite(sql: str, params: Any) -> str:
        if not sql.lstrip().startswith("INSERT INTO sampling_soilcore"):
            return sql
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        ids = [row["_id"] for row in json.loads(params[-1])]
        if any(one[14] != "7" for one in ids):  # shared ones are no UUIDv7
            time.sleep(1.0)  # whoever creates it too has looked for it by now
        return f"{sql} ON CONFLICT (id) DO UPDATE SET {upsert}"

    rewriting(patches, rewrite)
    inner = express.insert_sql

    def insert_sql(name: str, named: tuple[str, ...]) -> str:
        sql = inner(name, named)
        if name != "soil_core":
            return sql
        quiet = "set_config('session_replication_role', 'replica', true), pg_sleep(0.4)"
        unseen = f"{sql.replace(' FROM unnest', f' FROM (SELECT {quiet}) AS q, unnest')}"
        return f"{unseen} ON CONFLICT (id) DO UPDATE SET {upsert}"

    patches.enter_context(mock.patch.object(express, "insert_sql", insert_sql))
    logged = "WITH ORDINALITY AS u(type, record, line, place)"
    assert logged in express.LEDGER
    over = "ON CONFLICT (record, type, scope) DO UPDATE SET seq = EXCLUDED.seq"
    ledger = express.LEDGER.replace(logged, f"{logged} {over}")
    patches.enter_context(mock.patch.object(express, "LEDGER", ledger))


def counter_first(patches: Patches) -> None:
    """Lock the counters of a batch before anything else, in the order its operations name them."""
    by_the_general_road(patches)
    inner = Batch.run

    def run(batch: Any, received: Any, *rest: Any, **more: Any) -> Any:
        named = [one.operation.scope for one in received if one.operation is not None]
        with connection.cursor() as cursor:
            for scope in dict.fromkeys(named):
                cursor.execute(
                    "SELECT pg_sleep(0.2) FROM sampling_syncscope WHERE key = %s FOR UPDATE",
                    [scope],
                )
        return inner(batch, received, *rest, **more)

    patches.enter_context(mock.patch.object(Batch, "run", run))


def snapshot_of_a_later_moment(patches: Patches) -> None:
    """Let a snapshot's cursor point behind changes its pages may not have seen."""
    inner = snapshot.begin

    def begin(scope: str, *, generation: int) -> snapshot.Bookmark:
        start = inner(scope, generation=generation)
        return replace(start, place=replace(start.place, seq=start.place.seq + LATER))

    patches.enter_context(mock.patch.object(snapshot, "begin", begin))


PATCHES: dict[str, Callable[[Patches], None]] = {
    "sequence instead of counter": sequence_instead_of_counter,
    "dedupe off": dedupe_off,
    "acknowledge before commit": acknowledge_before_commit,
    "cursor at head": cursor_at_head,
    "no bisect": no_bisect,
    "tombstones purged": tombstones_purged,
    "upsert over unseen row": upsert_over_unseen_row,
    "counter first without lock order": counter_first,
    "snapshot of a later moment": snapshot_of_a_later_moment,
}


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Break the server in this process until this ends."""
    with ExitStack() as patches:
        PATCHES[name](patches)
        yield
