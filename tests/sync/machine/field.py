"""The project a state machine works in, and three tablets as the machine models them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone

from sampling.actions.members import grant_assignment, revoke_assignment
from sampling.actions.records import change_record
from sampling.actions.relocation import Move, move_points
from sampling.errors import NotFound, StateConflict
from sampling.models import (
    Assignment,
    Campaign,
    Device,
    Plot,
    Project,
    Protocol,
    ProtocolVersion,
    Site,
    SoilCore,
    Study,
    SyncOperation,
    User,
)
from tests.people import FRIDAY, make_member, make_record
from tests.sync.verdict import Made
from tests.sync.wire import Wire, new_device

HELD = ("deferred", "quarantined")


class Field:
    """A project of its own, with two campaigns and three devices granted both."""

    def __init__(self) -> None:
        word = uuid.uuid4().hex[:12]
        self.project = Project.objects.create(slug=word, title="Machine")
        self.admin = make_member(self.project, f"admin-{word}", "project_admin")
        version = self._version(word)
        site = make_record(Site, self.project, code="S", land_use="cropland")
        study = make_record(Study, self.project, site=site, code="T")
        self.plot: Plot = make_record(Plot, self.project, study=study, code="P")
        self.campaigns: list[Campaign] = [
            make_record(Campaign, self.project, code=f"C{n}", protocol_version=version)
            for n in range(2)
        ]
        self.made: dict[str, Made] = {}
        self.tablets = [self._tablet(f"t{n}-{word}") for n in range(3)]

    def _version(self, word: str) -> ProtocolVersion:
        editor, publisher = User.objects.create(username=f"e-{word}"), self.admin
        made: ProtocolVersion = make_record(
            ProtocolVersion,
            self.project,
            protocol=Protocol.objects.create(project=self.project, slug="p", title="P"),
            number="1.0.0",
            state="published",
            content={},
            sha256="0" * 64,
            drafted_by=editor,
            drafted_at=FRIDAY,
            published_by=publisher,
            published_at=FRIDAY,
        )
        return made

    def _tablet(self, name: str) -> Tablet:
        person = make_member(self.project, name, "technician")
        device = new_device(self.project, person, *self.campaigns)
        return Tablet(Wire(device, self.campaigns[0]), self)

    @property
    def scopes(self) -> list[str]:
        """The scopes of the two campaigns."""
        return [campaign.capture_scope for campaign in self.campaigns]

    def edit(self, record: str, note: str) -> None:
        """Let a person change a record through the API, as they see it now."""
        core = SoilCore.objects.filter(pk=record, voided_at=None).first()
        if core is None or core.note == note:
            return
        before = (core.revision, core.note)
        change_record(core, {"note": note}, user=self.admin.pk, via="api", at=timezone.now())
        op = SyncOperation.objects.get(record=record, revision=before[0] + 1, via="api")
        body = {
            "op": str(op.op),
            "type": "soil_core",
            "id": record,
            "scope": core.scope,
            "do": "patch",
            "base": {"v": before[0]},
            "chg": {"note": {"from": before[1], "to": note}},
            "resolves": [],
        }
        self.made[str(op.op)] = Made("good", json.dumps(body).encode())

    def move(self, point: str, source: str) -> str | None:
        """Let a person move a point, with all that hangs on it, to the other campaign.

        Returns the scope it is in then; None when it cannot be moved. Whoever still speaks of the
        old campaign may find their operations held.
        """
        (target,) = set(self.scopes) - {source}
        campaigns = {one.capture_scope: one for one in self.campaigns}
        way = Move(
            source=campaigns[source],
            target=campaigns[target],
            by=self.admin,
            at=timezone.now(),
            why="it was dug there",
        )
        before = set(self._moves().values_list("op", flat=True))
        try:
            move_points([uuid.UUID(point)], way)
        except (NotFound, StateConflict):
            return None
        for op in self._moves().exclude(op__in=before):
            body = {"op": str(op.op), "type": op.type, "id": str(op.record), "scope": target}
            body |= {"do": "move", "base": None, "chg": {}, "resolves": []}
            self.made[str(op.op)] = Made("good", json.dumps(body).encode())
        self._forgive(source)
        return target

    def _moves(self) -> QuerySet[SyncOperation]:
        return SyncOperation.objects.filter(do="move", scope__in=self.scopes)

    def _forgive(self, scope: str) -> None:
        """Let what is on its way to a scope be taken or held, whichever it is."""
        ended = SyncOperation.objects.filter(scope__in=self.scopes).exclude(status__in=HELD)
        answered = {str(op) for op in ended.values_list("op", flat=True)}
        for op, made in self.made.items():
            if op not in answered and json.loads(made.body)["scope"] == scope:
                made.kind = "any"


@dataclass
class Asleep:
    """A scope as a tablet held it once, to be read on from there much later."""

    scope: str
    cursor: str
    replica: dict[str, tuple[int, str]]
    seq: int


@dataclass
class Tablet:
    """One device: its outbox, what it was told, its cursors and replica, all as saved on disk."""

    wire: Wire
    field: Field
    outbox: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, tuple[str, Any]] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    cursors: dict[str, str | None] = field(default_factory=dict)
    replica: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, list[str]] = field(default_factory=dict)
    last_op: dict[str, str] = field(default_factory=dict)
    asleep: list[Asleep] = field(default_factory=list)
    clock: str = "2026-05-01T10:00:00+02:00"

    def __post_init__(self) -> None:
        self.granted = set(self.field.scopes)
        self.cursors = dict.fromkeys(self.field.scopes)

    def note(self, op: dict[str, Any], kind: str = "good") -> None:
        """Put an operation into the outbox."""
        op["at"] = self.clock
        self.outbox[op["op"]] = op
        self.last_op[op["id"]] = op["op"]
        self.field.made[op["op"]] = Made(kind, json.dumps(op).encode())

    def send(self, ops: Sequence[Mapping[str, Any]], *, cut: bool = False) -> Any:
        """Send operations; those of a scope not granted now may be held."""
        for op in ops:
            made = self.field.made[op["op"]]
            if op["scope"] not in self.granted and made.kind in ("good", "decision"):
                made.kind = "any"
        body = json.dumps(self.wire.envelope(*ops, sent_at=self.clock)).encode()
        return self.wire.send(body[: len(body) // 2] if cut else body)

    def take(self, answer: Any, sent: Sequence[Mapping[str, Any]]) -> None:
        """Save the outcomes of a push: each stands as it was told before (P3)."""
        outcomes = answer.json()["outcomes"]
        assert [one["op"] for one in outcomes] == [op["op"] for op in sent]
        for one in outcomes:
            self.hear(one)

    def hear(self, outcome: Mapping[str, Any]) -> None:
        """Save one outcome."""
        op, said = outcome["op"], (outcome["status"], outcome.get("v"))
        known = self.told.get(op, said)
        assert known == said or known[0] in HELD, (op, known, said)
        self.told[op] = said
        self.outbox.pop(op, None)
        for conflict in outcome.get("conflicts", ()):
            record = json.loads(self.field.made[op].body)["id"]
            self.conflicts.setdefault(record, []).append(conflict["id"])

    def pull(self, scope: str, *, limit: int, saves: bool = True) -> bool:
        """Read one page and say whether it was the last; P6 and P11 are looked at on the way."""
        answer = self.wire.pull({scope: self.cursors.get(scope)}, limit=limit)
        if answer.status_code == 410:
            self.forget(scope)
            return False
        assert answer.status_code == 200, answer.content
        document = answer.json()
        if not saves:
            return False
        for result in document["op_results"]:
            self.hear(result)
        purged = {directive["scope"] for directive in document["directives"]}
        assert purged == {scope} - self.granted
        if purged:
            self.forget(scope)
            return True
        (page,) = document["scopes"]
        for change in page["changes"]:
            self._apply(scope, change)
        self.cursors[scope] = page["cursor"]
        if not page["more"]:
            self._prove(scope, page["check"])
        return not page["more"]

    def forget(self, scope: str) -> None:
        """Forget what is known of a scope, but for the outbox."""
        self.cursors[scope] = None
        self.replica.pop(scope, None)
        self.seqs.pop(scope, None)

    def _apply(self, scope: str, change: Mapping[str, Any]) -> None:
        held = self.replica.setdefault(scope, {})
        key = f"{change['type']} {change['id']}"
        assert change["seq"] > self.seqs.get(scope, 0)
        assert change["v"] >= held.get(key, (0, ""))[0]
        self.seqs[scope] = change["seq"]
        held[key] = (change["v"], change.get("gone", ""))
        self.conflicts[change["id"]] = [one["id"] for one in change.get("conflicts", ())]

    def _prove(self, scope: str, check: Mapping[str, Any]) -> None:
        live = [gone for _, gone in self.replica.get(scope, {}).values() if not gone]
        assert check["count"] == len(live)

    def fall_asleep(self, scope: str) -> None:
        """Keep a scope as it is held now, beside the tablet that goes on."""
        cursor = self.cursors.get(scope)
        if cursor is not None:
            held = dict(self.replica.get(scope, {}))
            self.asleep.append(Asleep(scope, cursor, held, self.seqs.get(scope, 0)))

    def wake(self, one: Asleep) -> dict[str, tuple[int, str]]:
        """Read a scope on from where it fell asleep, and return what is held then."""
        sleeper = Tablet(self.wire, self.field, granted=self.granted, told=dict(self.told))
        sleeper.cursors[one.scope] = one.cursor
        sleeper.replica[one.scope] = dict(one.replica)
        sleeper.seqs[one.scope] = one.seq
        while not sleeper.pull(one.scope, limit=7):
            pass
        return sleeper.replica.get(one.scope, {})

    def _let_sleepers_go(self, scope: str) -> None:
        """Forget who sleeps in a scope: it is granted anew, and read from the start."""
        self.asleep = [one for one in self.asleep if one.scope != scope]

    def revoke(self, scope: str) -> None:
        """Lose a scope."""
        self._let_sleepers_go(scope)
        key = scope.split(":")[1]
        grant = Assignment.objects.get(device=self.wire.device, campaign=key)
        revoke_assignment(grant, by=self.field.admin, at=timezone.now())
        self.granted.discard(scope)

    def grant(self, scope: str) -> None:
        """Get a scope; it is read from its start."""
        campaign = Campaign.objects.get(pk=scope.split(":")[1])
        grant_assignment(
            campaign,
            worker=self.wire.device,
            mode="rw",
            by=self.field.admin,
            at=timezone.now(),
        )
        self.granted.add(scope)
        self._let_sleepers_go(scope)
        self.forget(scope)

    def meet_twin(self, twin: Mapping[str, Any]) -> None:
        """Learn of a twin that used this device's numbers, and become a device of its own."""
        answer = self.send([twin])
        assert (answer.status_code, answer.json()["code"]) == (409, "device-forked")
        message = {"install": str(uuid.uuid4()), "last_n": self.wire.number}
        path = f"/sync/v1/devices/{self.wire.device.pk}/rebirth"
        born = self.wire.send(json.dumps(message).encode(), path)
        assert born.status_code == 201, born.content
        told = born.json()
        number = self.wire.number
        device = Device.objects.get(pk=told["device"])
        self.wire = Wire(device, self.field.campaigns[0], token=told["token"])
        self.wire.number = number
        for scope in self.field.scopes:
            self._let_sleepers_go(scope)
            self.forget(scope)


class FaultAt:
    """Fails the k-th statement of a request, as a database that goes away would."""

    def __init__(self, k: int) -> None:
        self.left = k

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Count down, then fail."""
        self.left -= 1
        if self.left == 0:
            raise OperationalError("the connection is gone")
        return execute(sql, params, many, context)


def failing_at(k: int) -> Any:
    """Return a context in which the k-th statement fails."""
    return connection.execute_wrapper(FaultAt(k))
