"""Time per record at five million stored records against fifty thousand, in one run.

The site is filled by SQL with rows like those that tablets pushed: records, operations, change log
and batches. At each size the same pushes and the same pages at the end of the scope are measured,
each against COPY of the same rows in the same minute, so that a machine that slows down meanwhile
does not count as growth. Sizes of tables and indexes, and what VACUUM takes, are told beside.

`RECORDS=500000 make bench ONLY=growth` fills less.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks._world import (
    BATCH,
    RUNS,
    TABLES,
    Sender,
    Twins,
    World,
    batch_of_creates,
    packed,
    report,
    world,
)
from benchmarks.pull import HEAD, unpacked_start

FEW = 50_000
MANY = int(os.environ.get("RECORDS", "5000000"))
CHUNK = 100_000
BATCHES = 8
PAGE = 2000
UNIT = f"time per record at {MANY:,} stored records over that at {FEW:,}"
PARENTS = {"sampling_coresegment": "soil_core_id", "sampling_rootfraction": "core_segment_id"}
OF = {"core_segment": "soil_core", "root_fraction": "core_segment"}
CHILDREN = {"core_segment": 3, "root_fraction": 2}
LOGS = ("sampling_syncoperation", "sampling_syncchange", "sampling_syncbatch")


def main() -> None:
    """Print growth_push and growth_pull."""
    with world(devices=2) as site:
        filling = Filling(site)
        few = measured(site, filling, FEW)
        many = measured(site, filling, MANY)
    for name in ("push", "pull"):
        pairs = zip(many[name], few[name], strict=True)
        report(f"growth_{name}", [big / small for big, small in pairs], UNIT)


def measured(site: World, filling: Filling, records: int) -> dict[str, list[float]]:
    """Fill up to a number of records; return how much longer than COPY pushes and pages take."""
    seconds = filling.fill_to(records)
    tell(f"filled to {records:,} records", seconds)
    start = time.perf_counter()
    site.database.execute("VACUUM (ANALYZE)")
    tell("VACUUM (ANALYZE)", time.perf_counter() - start)
    site.database.execute("CHECKPOINT")  # so that no size pays for the filling of another
    tell_sizes(site)
    tell_edits(site, records // 100)
    sender = site.senders[0]
    sender.connection.close()
    push_some(site, sender)
    found: dict[str, list[float]] = {"push": [], "pull": []}
    for _ in range(RUNS):
        copied = filling.copied()
        found["push"].append(push_some(site, sender) / copied)
        found["pull"].append(last_pages(site, sender) / copied)
    for name, values in found.items():
        print(json.dumps({"at": records, name: [round(value, 2) for value in values]}), flush=True)
    return found


def push_some(site: World, sender: Sender) -> float:
    """Return the seconds that a batch of new records takes."""
    bodies = [packed(batch_of_creates(site, sender)) for _ in range(BATCHES)]
    start = time.perf_counter()
    for body in bodies:
        sender.post("push", body)
    return (time.perf_counter() - start) / BATCHES


def last_pages(site: World, sender: Sender) -> float:
    """Return the seconds that the last page of the scope takes, for as many records as a batch."""
    (head,) = site.database.execute(
        "SELECT seq FROM sampling_syncscope WHERE key = %s", [site.scope]
    ).fetchone() or (0,)
    cursor = cursor_at(site, sender, head - PAGE)
    message = {"device": sender.device, "limit": PAGE, "scopes": {site.scope: cursor}}
    body = packed(message)
    start = time.perf_counter()
    for _ in range(BATCHES):
        sender.post("pull", body)
    return (time.perf_counter() - start) / BATCHES * BATCH / PAGE


def cursor_at(site: World, sender: Sender, seq: int) -> str:
    """Return the cursor of a tablet that has read the scope up to a number."""
    message = {"device": sender.device, "limit": 1, "scopes": {site.scope: None}}
    head = HEAD.search(unpacked_start(sender.post("pull", packed(message))))
    if head is None:
        raise RuntimeError("The page does not begin with its cursor.")
    from_start = head["cursor"].decode()
    return moved(from_start, seq)


def moved(cursor: str, seq: int) -> str:
    """Return a cursor of this site moved to another number; signed with the site's own key."""
    pull = importlib.import_module("sampling.sync.pull")  # its models need Django set up
    epoch, scope, _, *rest = pull._signer.unsign_object(cursor)
    return str(pull._signer.sign_object([epoch, scope, seq, *rest]))


class Filling:
    """Fills the site's tables with copies of rows that were pushed."""

    def __init__(self, site: World) -> None:
        """Push a batch to copy from."""
        self.site = site
        self.database = site.database
        site.senders[1].post("push", packed(batch_of_creates(site, site.senders[1])))
        self.twins = Twins(site.database)
        self.rows = self.twins.dump()
        self.records = BATCH
        self.number = site.senders[1].number

    def copied(self) -> float:
        """Return the seconds that COPY takes for a batch."""
        return self.twins.copy_in(self.rows)

    def fill_to(self, records: int) -> float:
        """Add records until there are so many; return the seconds that took."""
        start = time.perf_counter()
        while self.records < records:
            size = min(CHUNK, records - self.records)
            with self.database.transaction():
                self.database.execute("SET LOCAL session_replication_role = replica")
                self._add(size)
            self.records += size
        return time.perf_counter() - start

    def _add(self, size: int) -> None:
        self.database.execute(
            "CREATE TEMP TABLE added (type text, id uuid, place bigserial) ON COMMIT DROP"
        )
        for name, table in TABLES.items():
            self._copy_rows(name, table, size // 10)
        (before,) = self.database.execute(
            "UPDATE sampling_syncscope SET seq = seq + %s, live_count = live_count + %s"
            " WHERE key = %s RETURNING seq - %s",
            [size, size, self.site.scope, size],
        ).fetchone() or (0,)
        self._log(before)
        self.number += size

    def _copy_rows(self, name: str, table: str, cores: int) -> None:
        columns = self._columns(table)
        parent = PARENTS.get(table)
        values = ", ".join("p.id" if column == parent else f't."{column}"' for column in columns)
        named = ", ".join(f'"{column}"' for column in columns)
        source = f"generate_series(1, {cores}) AS g"
        if parent:
            source = (
                f"generate_series(1, {CHILDREN[name]}) AS g, added AS p WHERE p.type = '{OF[name]}'"
            )
        self.database.execute(
            f"WITH made AS (INSERT INTO {table} (id, {named})"
            f" SELECT uuidv7(), {values}"
            f" FROM (SELECT * FROM {table} LIMIT 1) AS t, {source} RETURNING id)"
            f" INSERT INTO added (type, id) SELECT '{name}', id FROM made"
        )

    def _columns(self, table: str) -> list[str]:
        rows = self.database.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'",
            [table],
        ).fetchall()
        return [name for (name,) in rows]

    def _log(self, before: int) -> None:
        site = self.site
        self.database.execute(
            "INSERT INTO sampling_syncchange (scope, type, record, seq, revision, gone)"
            " SELECT %s, type, id, %s + place, 1, '' FROM added",
            [site.scope, before],
        )
        self.database.execute(
            "INSERT INTO sampling_syncbatch (device_id, sha256, received_at, encoding, headers,"
            " body, state, error) SELECT b.device_id, sha256(convert_to(gen_random_uuid()::text,"
            " 'UTF8')), b.received_at, b.encoding, b.headers, b.body, b.state, ''"
            " FROM (SELECT * FROM sampling_syncbatch LIMIT 1) AS b,"
            " generate_series(1, (SELECT count(*) / 500 FROM added))"
        )
        self.database.execute(
            "INSERT INTO sampling_syncoperation (op, device_id, n, batch_id, via, scope, type,"
            ' record, "do", status, revision, seq, content_sha256, at, why, received_at)'
            " SELECT uuidv7(), o.device_id, %s + a.place, o.batch_id, 'tablet', o.scope,"
            " a.type, a.id, 'create', 'applied', 1, %s + a.place, o.content_sha256, o.at, '',"
            " o.received_at FROM (SELECT * FROM sampling_syncoperation LIMIT 1) AS o, added AS a",
            [self.number, before],
        )


def tell(what: str, seconds: float) -> None:
    """Say how long something took, beside the ratios."""
    sys.stderr.write(f"{what}: {seconds:.1f} s\n")


def tell_edits(site: World, edited: int) -> None:
    """Say what VACUUM takes after one record in a hundred was written anew."""
    with site.database.transaction():
        site.database.execute("SET LOCAL session_replication_role = replica")
        site.database.execute(
            "UPDATE sampling_rootfraction SET note = 'edited', revision = revision + 1"
            " WHERE id IN (SELECT id FROM sampling_rootfraction LIMIT %s)",
            [edited],
        )
    start = time.perf_counter()
    site.database.execute("VACUUM sampling_rootfraction")
    tell(f"VACUUM after {edited:,} edits", time.perf_counter() - start)


def tell_sizes(site: World) -> None:
    """Say how large the tables and their indexes are."""
    for table in (*TABLES.values(), *LOGS):
        row: Sequence[Any] = site.database.execute(
            "SELECT pg_table_size(%s::regclass) / 1e6, pg_indexes_size(%s::regclass) / 1e6",
            [table, table],
        ).fetchone() or (0, 0)
        sys.stderr.write(f"{table}: {row[0]:,.0f} MB, indexes {row[1]:,.0f} MB\n")


if __name__ == "__main__":
    main()
