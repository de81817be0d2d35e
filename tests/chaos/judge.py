"""Compares what the server holds, and what every device was told, with what had to happen."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from sampling.tablet import scope_sum
from tests.chaos.plan import Plan
from tests.chaos.tablets import tablet_file
from tests.sync.verdict import HELD, Findings, Made, RecordVerdict, Row

TABLES = {"soil_core": "sampling_soilcore", "core_segment": "sampling_coresegment"}
OUTAGE_ECHOES_S = 5.0
"""How long after the database was away a request that met it may still be answered with 5xx."""


PROMISES = {
    "losses": "operations made and not in the ledger, or acknowledged and not as told",
    "lost bytes": "acknowledged batches whose bytes are not kept",
    "doubles": "records whose revision is not the number of operations that wrote it",
    "changed outcomes": "answers that differ from an earlier answer to the same operation",
    "wrong outcomes": "operations that ended otherwise than the oracle says",
    "wrong contents": "records that hold something else than the oracle says",
    "wrong conflicts": "conflicts that are missing, invented, or decided twice",
    "harmed neighbours": "good operations held or refused, poison let through",
    "reader gaps": "records a reader that read to the end does not hold as they are",
    "fallen numbers": "pages on which a number or a revision went back",
    "broken scopes": "records shown to a device that may not see them",
    "wrong checksums": "counts and sums of a scope that do not fit its records",
    "diverged": "replicas that differ from the server's records",
    "lost files": "files attached that are not kept whole under the hash of their bytes",
    "deadlocks": "deadlocks in which the counter of a scope took part",
    "unexplained errors": "answers of 500; of 503, and refusals, away from any database fault",
    "unsettled": "devices that could not finish, batches never judged",
}


SEEN_BY_READERS = {
    "fallen": "fallen numbers",
    "checks_failed": "wrong checksums",
    "snapshots_differ": "diverged",
}
"""What readers note themselves, and the promise that it breaks."""


class Judge:
    """Reads everything once the run is settled."""

    def __init__(self, plan: Plan, database: psycopg.Connection[Any], *, files: Path) -> None:
        self.plan, self.database, self.files = plan, database, files
        self.files_held = 0
        self.findings = Findings()
        self.made: dict[str, Made] = {}
        self.rows: dict[str, Row] = {}
        self.writers = [self._report(who.name) for who in plan.setting.writers]
        self.readers = [self._report(who.name) for who in (*plan.setting.readers,)]
        self.statuses: Counter[str] = Counter()

    def run(self, outages: Sequence[Sequence[float]]) -> Findings:
        """Judge the run."""
        self._read_made()
        self._read_rows()
        self._judge_acknowledgements()
        self._judge_bytes()
        self._judge_records()
        self._judge_change_log()
        self._judge_readers()
        self._judge_tablets()
        self._judge_files()
        self._judge_refusals(outages)
        return self.findings

    def _report(self, name: str) -> dict[str, Any]:
        path = self.plan.report(name)
        if not path.exists():
            self.findings.note("unsettled", f"{name} left no report")
            return {}
        report: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        return report

    def _read_made(self) -> None:
        for who in self.plan.setting.writers:
            with self.plan.journal(who.name).open("rb") as lines:
                for line in lines:
                    kind, body = line.rstrip(b"\n").split(b"\t", 1)
                    op = body[8:44].decode()  # {"op": "<36 characters>"
                    self.made[op] = Made(msgspec.json.decode(kind), body)
        for who in self.plan.setting.tablets:
            with sqlite3.connect(tablet_file(self.plan, who)) as file:
                for op, body in file.execute("SELECT op, body FROM operation"):
                    self.made[op] = Made("good", body.encode())
            file.close()

    def _read_rows(self) -> None:
        with self.database.cursor(name="rows") as cursor:
            cursor.execute(
                "SELECT op::text, device_id::text, type, status, revision, record::text, detail"
                " FROM sampling_syncoperation"
            )
            for op, device, kind, status, v, record, detail in cursor:
                self.rows[op] = Row(device, kind, status, v, record, detail or {})
                self.statuses[status] += 1

    def _judge_acknowledgements(self) -> None:
        """P1, P3, P4: what was made is there, what was told still stands."""
        for op in self.made:
            if op not in self.rows:
                self.findings.note("losses", ["made, not stored", op])
        for report in self.writers:
            for op, (status, v) in report.get("told", {}).items():
                row = self.rows.get(op)
                if row is None:
                    self.findings.note("losses", ["acknowledged, not stored", op, status])
                elif (row.status, row.v) != (status, v) and status not in HELD:
                    self.findings.note("changed outcomes", [op, [status, v], [row.status, row.v]])
            for example in report.get("changed", ()):
                self.findings.note("changed outcomes", example)
            if report.get("unanswered"):
                self.findings.note("unsettled", [report["name"], report["unanswered"]])

    def _judge_bytes(self) -> None:
        """P4: the bytes of every acknowledged batch are kept, and no stored push is unjudged."""
        kept = {
            row[0]
            for row in self.database.execute(
                "SELECT encode(sha256, 'hex') FROM sampling_syncbatch"
            ).fetchall()
        }
        for report in self.writers:
            for digest in set(report.get("batches", ())) - kept:
                self.findings.note("lost bytes", digest)
        left = self.database.execute(
            "SELECT state, count(*) FROM sampling_syncbatch WHERE state IN ('received',"
            " 'quarantined') GROUP BY state"
        ).fetchall()
        for state, count in left:
            self.findings.note("unsettled", [f"batches {state}", count])

    def _judge_records(self) -> None:
        """P2, P7, P9, P12: every record went through its operations as the oracle says."""
        by_record: dict[str, list[str]] = {}
        for op, row in self.rows.items():
            if row.kind in TABLES:
                by_record.setdefault(row.record, []).append(op)
        stored = {record: row for record, *row in self._stored_records()}
        conflicts = self._stored_conflicts()
        verdict = RecordVerdict(self.made, self.rows, self.findings)
        for record, ops in by_record.items():
            verdict.judge(record, ops, stored.get(record), conflicts)
        for record in stored.keys() - by_record.keys():
            self.findings.note("doubles", ["a record nobody sent", record])

    def _stored_records(self) -> Iterable[Sequence[Any]]:
        for kind, table in TABLES.items():
            yield from self.database.execute(
                f"SELECT id::text, '{kind}', scope, revision, voided_at IS NOT NULL, to_jsonb(t)"
                f" FROM {table} AS t"
            )

    def _stored_conflicts(self) -> dict[str, dict[str, Any]]:
        """Return the conflicts of each record by id: operation, group, who decided."""
        found: dict[str, dict[str, Any]] = {}
        rows = self.database.execute(
            'SELECT record::text, id::text, operation_id::text, "group", resolved_by_id::text,'
            " server, device_values FROM sampling_syncconflict"
        )
        for record, conflict, *rest in rows:
            found.setdefault(record, {})[conflict] = rest
        return found

    def _judge_change_log(self) -> None:
        """P5, P13: the log names every record as it is; counts and sums fit."""
        self.current: dict[str, dict[str, list[Any]]] = {}
        for scope, kind, record, v, gone in self.database.execute(
            "SELECT scope, type, record::text, revision, gone FROM sampling_syncchange"
        ):
            self.current.setdefault(scope, {})[f"{kind} {record}"] = [v, gone]
        for kind, table in TABLES.items():
            for scope, record, v, gone in self.database.execute(
                "SELECT scope, id::text, revision,"
                f" CASE WHEN voided_at IS NULL THEN '' ELSE 'deleted' END FROM {table}"
            ):
                if self.current.get(scope, {}).get(f"{kind} {record}") != [v, gone]:
                    self.findings.note("reader gaps", ["not in the change log", kind, record])
        for scope, count, total in self.database.execute(
            "SELECT key, live_count, live_sum FROM sampling_syncscope"
        ):
            live = [
                (*key.split(" "), v)
                for key, (v, gone) in self.current.get(scope, {}).items()
                if not gone
            ]
            if [count, f"{int(total):016x}"] != [len(live), scope_sum(live)]:
                self.findings.note("wrong checksums", [scope, int(count), len(live)])

    def _judge_readers(self) -> None:
        """P5, P6, P7, P10: who read on from a cursor holds what is there, and no more."""
        digests: dict[str, str] = {}
        for report in [*self.readers, *self.writers]:
            for seen, promise in SEEN_BY_READERS.items():
                for example in report.get(seen, ()):
                    self.findings.note(promise, [report["name"], seen, example])
        for report in self.readers:
            for scope, replica in report.get("replica", {}).items():
                current = self.current.get(scope, {})
                for key in current.keys() | replica.keys():
                    v, digest, gone = replica.get(key, [0, "", ""])
                    if current.get(key) != [v, gone]:
                        self.findings.note("reader gaps", [report["name"], key, v])
                    if digests.setdefault(f"{scope} {key}", digest) != digest:
                        self.findings.note("diverged", [report["name"], key])

    def _judge_tablets(self) -> None:
        """P7, P11: the reference tablets hold their scopes, and nothing of the others."""
        setting = self.plan.setting
        for who in setting.tablets:
            failure = self._report(who.name).get("failure", "")
            if failure:
                self.findings.note("unsettled", [who.name, failure])
            trouble = self.plan.trouble(who.name)
            for line in trouble.read_text().splitlines() if trouble.exists() else ():
                self.findings.note("diverged", [who.name, line])
            with sqlite3.connect(tablet_file(self.plan, who)) as file:
                held: dict[str, dict[str, list[Any]]] = {}
                for scope, kind, record, v, gone in file.execute(
                    "SELECT scope, type, id, revision, coalesce(gone, '') FROM record"
                ):
                    held.setdefault(scope, {})[f"{kind} {record}"] = [v, gone]
            file.close()
            for scope in setting.cold:
                if held.get(scope):
                    self.findings.note("broken scopes", [who.name, scope])
            for scope in (setting.hot, setting.quiet):
                if held.get(scope, {}) != self.current.get(scope, {}):
                    self.findings.note("diverged", [who.name, scope])

    def _judge_files(self) -> None:
        """P1, P4: every file somebody attached is there, and is what its hash names."""
        rows = self.database.execute("SELECT sha256, size_bytes FROM sampling_storedfile")
        noted = dict(rows.fetchall())
        for who in self.plan.setting.tablets:
            with sqlite3.connect(tablet_file(self.plan, who)) as file:
                attached = file.execute("SELECT body FROM operation WHERE type = 'attachment'")
                wanted = [msgspec.json.decode(body)["chg"] for (body,) in attached]
            file.close()
            for chg in wanted:
                sha256, size = chg["sha256"]["to"], chg["size_bytes"]["to"]
                path = self.files / "complete" / sha256[:2] / sha256[2:4] / sha256
                held = path.read_bytes() if path.exists() else b""
                is_whole = hashlib.sha256(held).hexdigest() == sha256
                if not is_whole or noted.get(sha256) != size:
                    self.findings.note("lost files", [who.name, sha256, size, len(held)])
                self.files_held += 1

    def _judge_refusals(self, outages: Sequence[Sequence[float]]) -> None:
        """A database that is away is told as 503; nothing ever ends in a 500."""
        for report in [*self.readers, *self.writers]:
            for at, status, code in report.get("refused", ()):
                is_away = any(first <= at <= last + OUTAGE_ECHOES_S for first, last in outages)
                if status != 503 or not is_away:
                    self.findings.note("unexplained errors", [report["name"], status, code])
