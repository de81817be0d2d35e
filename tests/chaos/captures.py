"""The operations a device makes: new cores, edits of hot records, decisions, and poison."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from uuid_utils import uuid7

from tests.chaos.plan import GENERATION_S, HOT_RECORDS, Identity, Plan

Operation = dict[str, Any]

POISON = {
    "out of range": ("inner_diameter_cm", -1.0),
    "wrong type": ("inner_diameter_cm", "wide"),
    "no text": ("note", "a\u0000b"),
    "too long": ("code", "x" * 500),
    "beyond all floats": ("driven_length_cm", 10**400),
}
WITHDRAWN = 0.05
"""The share of new cores of which a segment is deleted."""
MARKS = ("wet", "stony", "photo", "worm", "late", "checked")


@dataclass
class Seen:
    """What a device knows of a hot record: as pulled, and its own operations since."""

    v: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    is_gone: bool = False
    last_op: str | None = None
    older: deque[int] = field(default_factory=lambda: deque(maxlen=3))


class Captures:
    """Makes one device's operations, numbered from 1."""

    def __init__(self, plan: Plan, who: Identity, chance: random.Random) -> None:
        self.plan, self.who, self.chance = plan, who, chance
        self.number = 0
        self.seen: dict[str, Seen] = {}
        self.conflicts: dict[str, list[str]] = {}  # open ones by record, as pulled
        self.clock_offset = timedelta(seconds=chance.choice([0, 0, 3600, -86400 * 400, 86400 * 9]))

    def some(self) -> list[tuple[str, Operation]]:
        """Return the next few operations, each with what it is: good, or a kind of poison."""
        dice = self.chance.random()
        if dice < 0.40:
            return self._tree()
        if dice < 0.45:
            return [self._poison()]
        if dice < 0.55 and self.conflicts:
            return [self._decision()]
        return [self._hot() for _ in range(6)]

    def learn(self, change: dict[str, Any]) -> None:
        """Take in one change of the hot scope as pulled."""
        record = change["id"]
        seen = self.seen.setdefault(record, Seen())
        if seen.v:
            seen.older.append(seen.v)
        seen.v, seen.data = change["v"], change.get("data", {})
        seen.is_gone = "gone" in change
        seen.last_op = None
        self.conflicts.pop(record, None)
        if change.get("conflicts"):
            self.conflicts[record] = [conflict["id"] for conflict in change["conflicts"]]

    def _op(self, kind: str, record: str, scope: str, do: str, **members: Any) -> Operation:
        self.number += 1
        at = datetime.now(UTC) + self.clock_offset
        return {
            "op": str(uuid7()),
            "n": self.number,
            "type": kind,
            "id": record,
            "scope": scope,
            "do": do,
            "base": None,
            "chg": {},
            "resolves": [],
            "at": at.isoformat(),
            "by": self.plan.setting.user,
            "why": "",
        } | members

    def _create(self, kind: str, scope: str, **values: Any) -> tuple[str, Operation]:
        record = str(uuid7())
        chg = {name: {"to": value} for name, value in values.items()}
        return record, self._op(kind, record, scope, "create", chg=chg)

    def _tree(self) -> list[tuple[str, Operation]]:
        """Return a core with its segments, in a cold scope; at times one is withdrawn again."""
        setting, chance = self.plan.setting, self.chance
        scope = chance.choice(setting.cold)
        core, made = self._create("soil_core", scope, **self._core(setting.cold_points[scope]))
        ops = [made]
        for place in range(5):
            last, segment = self._create(
                "core_segment",
                scope,
                soil_core=core,
                code=f"S{place}",
                upper_depth_cm=30.0 * place,
                lower_depth_cm=30.0 * (place + 1),
                captured_version=setting.version,
            )
            ops.append(segment)
        if chance.random() < WITHDRAWN:
            base = {"op": ops[-1]["op"]}
            ops.append(self._op("core_segment", last, scope, "delete", base=base))
        return [("good", op) for op in ops]

    def _core(self, point: str) -> dict[str, Any]:
        return {
            "sampling_point": point,
            "code": f"{self.who.name}-{self.number}",
            "inner_diameter_cm": float(self.chance.randrange(4, 9)),
            "driven_length_cm": float(self.chance.randrange(30, 120)),
            "captured_version": self.plan.setting.version,
        }

    def _poison(self) -> tuple[str, Operation]:
        """Return an operation the server has to hold, on a record of its own."""
        setting = self.plan.setting
        kind = self.chance.choice([*POISON, "unknown type", "foreign scope", "missing"])
        values = self._core(setting.point)
        if kind in POISON:
            name, value = POISON[kind]
            values[name] = value
        if kind == "missing":
            del values["code"]
        scope = setting.quiet if kind == "foreign scope" else setting.hot
        _, op = self._create(
            "moon_rock" if kind == "unknown type" else "soil_core", scope, **values
        )
        return kind, op

    def _decision(self) -> tuple[str, Operation]:
        """Return what decides every conflict open on some hot record."""
        record = self.chance.choice(list(self.conflicts))
        conflicts = self.conflicts.pop(record)
        chg = {"note": {"to": f"decided {self.number}"}} if self.chance.random() < 0.5 else {}
        op = self._op("soil_core", record, self.plan.setting.hot, "resolve", chg=chg)
        return "decision", op | {"resolves": conflicts}

    def _hot(self) -> tuple[str, Operation]:
        """Return a creation, an edit or a deletion of a record everybody works on."""
        generation = int((time.time() - self.plan.started_at) / GENERATION_S)
        if generation and self.chance.random() < 0.15:
            generation -= 1
        record = self.plan.hot_record(generation, self.chance.randrange(HOT_RECORDS))
        seen = self.seen.setdefault(record, Seen())
        scope = self.plan.setting.hot
        if not seen.v and not seen.last_op and self.chance.random() < 0.7:
            values = self._core(self.plan.setting.point)
            chg = {name: {"to": value} for name, value in values.items()}
            op = self._op("soil_core", record, scope, "create", chg=chg)
        elif self.chance.random() < 0.02:
            op = self._op("soil_core", record, scope, "delete", base=self._base(seen))
        else:
            chg = self._changes(seen)
            op = self._op("soil_core", record, scope, "patch", base=self._base(seen), chg=chg)
        seen.last_op = op["op"]
        seen.data = {**seen.data, **{name: c["to"] for name, c in op["chg"].items() if "to" in c}}
        return "good", op

    def _base(self, seen: Seen) -> dict[str, Any] | None:
        """Return what the edit builds on: mostly the newest seen, at times something older."""
        dice = self.chance.random()
        if seen.last_op and dice < 0.75:
            return {"op": seen.last_op}
        if seen.older and dice > 0.92:
            return {"v": self.chance.choice(list(seen.older))}
        return {"v": seen.v} if seen.v else None

    def _changes(self, seen: Seen) -> dict[str, Any]:
        chance = self.chance
        chg: dict[str, Any] = {}
        for name in chance.sample(["note", "corer", "lengths", "diameter", "marks"], k=2):
            if name == "lengths":
                chg |= self._value(seen, "driven_length_cm", float(chance.randrange(30, 120)))
                if chance.random() < 0.7:
                    recovered = float(chance.randrange(10, 30))
                    chg |= self._value(seen, "recovered_length_cm", recovered)
            elif name == "diameter":
                chg |= self._value(seen, "inner_diameter_cm", float(chance.randrange(4, 9)))
            elif name == "marks":
                words = chance.sample(MARKS, 2)
                chg["marks"] = {"add": words[:1], "remove": words[1:]}
            else:
                chg |= self._value(seen, name, f"{name} {chance.randrange(9)}")
        return chg

    def _value(self, seen: Seen, name: str, to: Any) -> dict[str, Any]:
        """Return a change of one field, mostly with what its author saw."""
        if seen.v and self.chance.random() < 0.8:
            return {name: {"from": seen.data.get(name), "to": to}}
        return {name: {"to": to}}
