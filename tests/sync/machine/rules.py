"""Everything that can happen to three tablets and their server, in any order."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import hypothesis.strategies as st
from django.db import connection
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sampling.actions.ledger import begin_epoch
from sampling.actions.pushes import sweep_batches, wake_waiting
from sampling.models import SoilCore, SyncBatch, SyncChange, SyncOperation
from tests.sync.machine.field import HELD, Field, Tablet, failing_at
from tests.sync.verdict import Findings, RecordVerdict, Row

TABLES = {
    "sampling_point": "sampling_samplingpoint",
    "soil_core": "sampling_soilcore",
    "attachment": "sampling_attachment",
}
FAULTS = ("none", "none", "lost request", "lost answer", "twice", "truncated", "statement")
TABLET = st.integers(0, 2)
SCOPE = st.integers(0, 1)
PICK = st.integers(0, 10_000)
CLOCKS = ("1970-01-01T00:00:00+00:00", "2026-05-01T10:00:00+02:00", "2099-12-31T23:59:59-11:00")
POISON = ("out of range", "wrong type", "missing")


class Season(RuleBasedStateMachine):
    """Three tablets, two campaigns, one server; the oracle has the last word."""

    @initialize(cores=st.lists(st.tuples(TABLET, PICK), min_size=6, max_size=12), sent=TABLET)
    def begin(self, cores: list[tuple[int, int]], sent: int) -> None:
        """Begin with points and cores, of which some tablets have sent theirs.

        Hypothesis leaves out rules of a season at random, for others to meet more often; without
        those that create, nothing would ever happen in it.
        """
        self.field = Field()
        self.points: list[tuple[str, str]] = []  # scope, id
        self.cores: list[tuple[str, str]] = []
        for scope in range(2):
            self.create_point(at=scope, scope=scope)
        for at, pick in cores:
            self.create_core(at=at, pick=pick, is_known=pick % 5 == 0)
        for at in range(sent):
            self.push(at=at, fault="none", first=12, is_reversed=False, k=1)

    # What people do on a tablet

    @rule(at=TABLET, scope=SCOPE)
    def create_point(self, at: int, scope: int) -> None:
        tablet, where = self.field.tablets[at], self.field.scopes[scope]
        values = {"plot": str(self.field.plot.pk), "code": "P"}
        op = tablet.wire.op("sampling_point", values=values, scope=where)
        self.points.append((where, op["id"]))
        tablet.note(op)

    @precondition(lambda self: self.points)
    @rule(at=TABLET, pick=PICK, is_known=st.booleans())
    def create_core(self, at: int, pick: int, is_known: bool) -> None:
        """Create a core, at times under an id that another tablet used as well."""
        tablet = self.field.tablets[at]
        scope, point = self.points[pick % len(self.points)]
        same = [core for where, core in self.cores if where == scope]
        record = same[pick % len(same)] if is_known and same else str(uuid.uuid4())
        values = {"sampling_point": point, "code": f"C{pick % 3}"}
        tablet.note(tablet.wire.op("soil_core", record, values=values, scope=scope))
        self.cores.append((scope, record))

    @precondition(lambda self: self.cores)
    @rule(at=TABLET, pick=PICK)
    def attach(self, at: int, pick: int) -> None:
        """Attach a photo to a core: its record travels on its own, its bytes later."""
        tablet = self.field.tablets[at]
        scope, core = self.cores[pick % len(self.cores)]
        sha256 = hashlib.sha256(str(pick).encode()).hexdigest()
        values = {"soil_core": core, "sha256": sha256, "size_bytes": pick + 1}
        tablet.note(tablet.wire.op("attachment", values=values, scope=scope))

    @precondition(lambda self: self.cores)
    @rule(at=TABLET, pick=PICK, what=st.sets(st.integers(0, 4), min_size=1, max_size=2))
    def patch(self, at: int, pick: int, what: set[int]) -> None:
        tablet = self.field.tablets[at]
        scope, core = self.cores[pick % len(self.cores)]
        kinds: list[dict[str, Any]] = [
            {"note": {"to": f"note {pick % 5}"}},
            {"corer": {"from": "", "to": f"corer {pick % 3}"}},
            {"driven_length_cm": {"to": float(pick % 90)}},
            {"marks": {"add": [f"m{pick % 4}"], "remove": [f"m{pick % 3}"]}},
            {"wax_mm": {"to": pick % 7}},  # a field only newer apps know
        ]
        chg = {name: change for place in what for name, change in kinds[place].items()}
        base = self._base(tablet, scope, core, pick)
        op = tablet.wire.op("soil_core", core, scope=scope, do="patch", base=base, chg=chg)
        tablet.note(op)

    @precondition(lambda self: self.cores)
    @rule(at=TABLET, pick=PICK)
    def delete(self, at: int, pick: int) -> None:
        tablet = self.field.tablets[at]
        scope, core = self.cores[pick % len(self.cores)]
        base = self._base(tablet, scope, core, pick)
        tablet.note(tablet.wire.op("soil_core", core, scope=scope, do="delete", base=base))

    @precondition(lambda self: any(any(t.conflicts.values()) for t in self.field.tablets))
    @rule(at=TABLET, pick=PICK)
    def resolve(self, at: int, pick: int) -> None:
        """Decide the conflicts of a record this tablet knows of."""
        tablet = self.field.tablets[at]
        known = sorted(record for record, open_ones in tablet.conflicts.items() if open_ones)
        if not known:
            return
        record = known[pick % len(known)]
        scope = next(scope for scope, core in self.cores if core == record)
        op = tablet.wire.op("soil_core", record, scope=scope, do="resolve")
        op |= {"resolves": tablet.conflicts.pop(record), "chg": {"note": {"to": f"so {pick % 3}"}}}
        tablet.note(op, kind="decision")

    @precondition(lambda self: self.points)
    @rule(at=TABLET, pick=PICK, kind=st.sampled_from(POISON))
    def poison(self, at: int, pick: int, kind: str) -> None:
        """Capture what the server has to hold, on a record of its own."""
        tablet = self.field.tablets[at]
        scope, point = self.points[pick % len(self.points)]
        values = {"sampling_point": point, "code": "X", "inner_diameter_cm": -1.0}
        if kind == "wrong type":
            values["inner_diameter_cm"] = "wide"
        if kind == "missing":
            del values["code"], values["inner_diameter_cm"]
        tablet.note(tablet.wire.op("soil_core", values=values, scope=scope), kind=kind)

    def _base(self, tablet: Tablet, scope: str, core: str, pick: int) -> dict[str, Any] | None:
        """Return what an edit builds on: the last own operation, what was pulled, or nothing."""
        pulled = tablet.replica.get(scope, {}).get(f"soil_core {core}")
        if core in tablet.last_op and pick % 3 == 0:
            return {"op": tablet.last_op[core]}
        if pulled and pick % 5:
            return {"v": max(1, pulled[0] - (pick % 7 == 1))}
        return None

    # What happens between tablet and server

    @rule(
        at=TABLET,
        fault=st.sampled_from(FAULTS),
        first=st.integers(1, 12),
        is_reversed=st.booleans(),
        k=st.integers(1, 40),
    )
    def push(self, at: int, fault: str, first: int, is_reversed: bool, k: int) -> None:
        tablet = self.field.tablets[at]
        sent = list(tablet.outbox.values())[:first]
        if is_reversed:
            sent.reverse()
        if not sent or fault == "lost request":
            return
        if fault == "truncated":
            assert tablet.send(sent, cut=True).status_code == 400
            return
        if fault == "statement":
            tablet.wire.client.raise_request_exception = False
            with failing_at(k):
                assert tablet.send(sent).status_code in (200, 500, 503)
            tablet.wire.client.raise_request_exception = True
            return
        answer = tablet.send(sent)
        assert answer.status_code == 200, answer.content
        if fault != "lost answer":
            tablet.take(answer, sent)
        if fault == "twice":
            tablet.take(tablet.send(sent), sent)

    @rule(at=TABLET, scope=SCOPE, limit=st.integers(1, 7), saves=st.booleans())
    def pull(self, at: int, scope: int, limit: int, saves: bool) -> None:
        """Read a page; one that crashes before it saves reads it again."""
        self.field.tablets[at].pull(self.field.scopes[scope], limit=limit, saves=saves)

    @rule(at=TABLET, clock=st.sampled_from(CLOCKS))
    def jump_clock(self, at: int, clock: str) -> None:
        self.field.tablets[at].clock = clock

    @precondition(lambda self: any(t.told for t in self.field.tablets))
    @rule(at=TABLET)
    def fork(self, at: int) -> None:
        """Let a copy of a tablet use a number again that the server has seen."""
        tablet = self.field.tablets[at]
        used = SyncOperation.objects.filter(device=tablet.wire.device, op__in=tablet.told).first()
        if used is None:
            return
        seen = json.loads(self.field.made[str(used.op)].body)
        twin = seen | {"op": str(uuid.uuid4()), "id": str(uuid.uuid4())}
        self.field.made[twin["op"]] = self.field.made[seen["op"]]
        tablet.meet_twin(twin)
        del self.field.made[twin["op"]]

    # What happens at the office

    @rule(at=TABLET, scope=SCOPE)
    def revoke(self, at: int, scope: int) -> None:
        tablet, where = self.field.tablets[at], self.field.scopes[scope]
        if where in tablet.granted:
            tablet.revoke(where)

    @rule(at=TABLET, scope=SCOPE)
    def grant(self, at: int, scope: int) -> None:
        tablet, where = self.field.tablets[at], self.field.scopes[scope]
        if where not in tablet.granted:
            tablet.grant(where)

    @precondition(lambda self: self.cores)
    @rule(pick=PICK)
    def edit_at_office(self, pick: int) -> None:
        self.field.edit(self.cores[pick % len(self.cores)][1], f"office {pick % 4}")

    @precondition(lambda self: self.points)
    @rule(pick=PICK)
    def move_to_the_other_campaign(self, pick: int) -> None:
        """Move a point with its cores; they leave one scope and come up in the other."""
        scope, point = self.points[pick % len(self.points)]
        target = self.field.move(point, scope)
        if target is None:
            return
        cores = SoilCore.objects.filter(sampling_point=point).values_list("id", flat=True)
        moved = {point, *map(str, cores)}
        self.points = [(target if one in moved else s, one) for s, one in self.points]
        self.cores = [(target if one in moved else s, one) for s, one in self.cores]

    @rule(at=TABLET, scope=SCOPE)
    def fall_asleep(self, at: int, scope: int) -> None:
        """Keep what a tablet holds now: from any earlier cursor the end is the same (P13)."""
        self.field.tablets[at].fall_asleep(self.field.scopes[scope])

    @rule()
    def expire_cursors(self) -> None:
        begin_epoch(f"machine {uuid.uuid4()}")

    @rule()
    def sweep(self) -> None:
        sweep_batches(older_than=timezone.timedelta(0))

    # What must always hold

    @invariant()
    def revisions_count_what_was_written(self) -> None:
        """P2: no operation changed its record twice, and none in silence."""
        if not hasattr(self, "field"):
            return
        with connection.cursor() as cursor:
            for kind, table in TABLES.items():
                cursor.execute(
                    f"SELECT t.id, t.revision, (SELECT count(*) FROM sampling_syncoperation AS o"
                    " WHERE o.record = t.id AND o.type = %s"
                    " AND o.status IN ('applied', 'merged', 'conflict'))"
                    f" FROM {table} AS t WHERE t.project_id = %s",
                    [kind, self.field.project.pk],
                )
                for record, revision, written in cursor.fetchall():
                    assert revision == written, (kind, record, revision, written)

    def teardown(self) -> None:
        """Let everything settle, then judge it."""
        if hasattr(self, "field"):
            settle(self.field)
            judge(self.field)


def settle(field: Field) -> None:
    """Let every tablet deliver and read to the end."""
    for tablet in field.tablets:
        for scope in field.scopes:
            if scope not in tablet.granted:
                tablet.grant(scope)
    sweep_batches(older_than=timezone.timedelta(0))
    for tablet in field.tablets:
        while tablet.outbox:
            sent = list(tablet.outbox.values())[:50]
            tablet.take(tablet.send(sent), sent)
    wake_waiting(at=timezone.now())
    for tablet in field.tablets:
        for scope in field.scopes:
            while not tablet.pull(scope, limit=200):
                pass


def judge(field: Field) -> None:
    """P1 to P9 over all that was made: acknowledged, stored, merged, told and read."""
    rows = stored_rows(field)
    lost = [op for op in field.made if op not in rows]
    assert not lost, lost
    for tablet in field.tablets:
        for op, (status, v) in tablet.told.items():
            assert status in HELD or (rows[op].status, rows[op].v) == (status, v)
    current = replica_of_server(field)
    for tablet in field.tablets:
        assert {s: r for s, r in tablet.replica.items() if r} == current
        for one in tablet.asleep:
            assert tablet.wake(one) == current.get(one.scope, {})
    batches = SyncBatch.objects.filter(device__project=field.project)
    assert not batches.filter(state="received").exists()
    findings = Findings()
    verdict = RecordVerdict(field.made, rows, findings)
    records, conflicts = stored_records(field), stored_conflicts(field)
    by_record: dict[str, list[str]] = {}
    for op, row in rows.items():
        by_record.setdefault(row.record, []).append(op)
    for record, ops in by_record.items():
        verdict.judge(record, ops, records.get(record), conflicts)
    assert not findings.counts, findings.examples


def stored_rows(field: Field) -> dict[str, Row]:
    """Return the captured operations of the project as the ledger holds them."""
    rows = SyncOperation.objects.filter(scope__in=field.scopes)
    return {
        str(one.op): Row(
            str(one.device_id),
            one.type,
            one.status,
            one.revision,
            str(one.record),
            one.detail or {},
        )
        for one in rows
    }


def replica_of_server(field: Field) -> dict[str, dict[str, tuple[int, str]]]:
    """Return what every replica has to hold."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for change in SyncChange.objects.filter(scope__in=field.scopes):
        held = found.setdefault(change.scope, {})
        held[f"{change.type} {change.record}"] = (change.revision, change.gone)
    return found


def stored_records(field: Field) -> dict[str, list[Any]]:
    """Return type, scope, revision, whether voided, and content of each record."""
    found = {}
    with connection.cursor() as cursor:
        for kind, table in TABLES.items():
            cursor.execute(
                "SELECT id::text, scope, revision, voided_at IS NOT NULL, to_jsonb(t)::text"
                f" FROM {table} AS t WHERE project_id = %s",
                [field.project.pk],
            )
            for record, scope, revision, is_voided, body in cursor.fetchall():
                found[record] = [kind, scope, revision, is_voided, json.loads(body)]
    return found


def stored_conflicts(field: Field) -> dict[str, dict[str, Any]]:
    """Return the conflicts of each record by id: operation, group, who decided, both sides."""
    found: dict[str, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT record::text, id::text, operation_id::text, "group", resolved_by_id::text,'
            " server::text, device_values::text FROM sampling_syncconflict WHERE project_id = %s",
            [field.project.pk],
        )
        for record, conflict, op, group, decider, server, device in cursor.fetchall():
            sides = [json.loads(side) if side else None for side in (server, device)]
            found.setdefault(record, {})[conflict] = [op, group, decider, *sides]
    return found
