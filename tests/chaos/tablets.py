"""The reference tablet at work; killed now and then, it goes on with what its file holds."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from sampling.tablet import (
    HttpTransport,
    NetworkFailure,
    Problem,
    ReplicaDiffers,
    Response,
    Surroundings,
    Tablet,
    Unreachable,
)
from tests.chaos.plan import GENERATION_S, HOT_RECORDS, Faults, Identity, Plan


class Torn:
    """A transport that loses requests and answers."""

    def __init__(self, url: str, chance: random.Random, faults: Faults) -> None:
        self.inner = HttpTransport(url, timeout_s=30)
        self.chance, self.faults = chance, faults

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry a request, or lose it, or lose its answer."""
        if self.chance.random() < self.faults.half_body:
            raise NetworkFailure("the request was lost")
        answer = self.inner.request(method, path, headers, body)
        if self.chance.random() < self.faults.forgotten:
            raise NetworkFailure("the answer was lost")
        return answer


PHOTO_BYTES = {30_000: 6, 400_000: 3, 1_500_000: 1}
"""How large photos are, and how often; the largest come in parts (tus)."""
PHOTO_SHARE = 0.3


class TabletAtWork:
    """One life of a tablet, from its start to its being killed."""

    def __init__(self, plan: Plan, who: Identity, faults: Faults) -> None:
        self.plan, self.who = plan, who
        self.chance = random.Random()
        transport = Torn(f"http://127.0.0.1:{plan.setting.port}", self.chance, faults)
        around = Surroundings(sleep=lambda seconds: time.sleep(min(seconds, 0.5)))
        self.tablet = Tablet(tablet_file(plan, who), transport, surroundings=around, attempts=4)

    def work(self) -> None:
        """Capture, edit, push and pull until told to stop."""
        while not self.plan.stop.exists():
            core = self._capture()
            if self.chance.random() < PHOTO_SHARE:
                self._photograph(core)
            self._edit()
            self._exchange()
            time.sleep(0.05)

    def settle(self) -> str:
        """Push and pull until everything is answered; return what went wrong, if anything."""
        deadline = time.monotonic() + self.plan.patience_s
        while time.monotonic() < deadline:
            try:
                self.tablet.push()
                self.tablet.send_files()
                self.tablet.pull()
            except (Unreachable, Problem):
                continue
            except ReplicaDiffers as error:
                return str(error)
            status = self.tablet.status()
            if not status.pending and not status.files.get("waiting"):
                return ""
        return "unanswered operations, or files, remain"

    def _capture(self) -> str:
        setting = self.plan.setting
        with self.tablet.together():
            core = self.tablet.capture(
                "soil_core",
                {"sampling_point": setting.quiet_point, "code": self.who.name},
                setting.quiet,
            )
            for place in range(3):
                depths = {"upper_depth_cm": 10.0 * place, "lower_depth_cm": 10.0 * (place + 1)}
                fields = {"soil_core": core, **depths}
                self.tablet.capture("core_segment", fields, setting.quiet)
        return core

    def _photograph(self, core: str) -> None:
        """Attach bytes that nobody else has to a core."""
        sizes, weights = zip(*PHOTO_BYTES.items(), strict=True)
        (size,) = self.chance.choices(sizes, weights)
        photo = self.plan.directory / f"{self.who.name}.jpg"
        photo.write_bytes(b"\xff\xd8\xff" + self.chance.randbytes(size))
        self.tablet.attach(photo, {"soil_core": core}, self.plan.setting.quiet)

    def _edit(self) -> None:
        generation = int((time.time() - self.plan.started_at) / GENERATION_S)
        for _ in range(4):
            record = self.plan.hot_record(generation, self.chance.randrange(HOT_RECORDS))
            if self.tablet.record("soil_core", record):
                note = f"{self.who.name} {self.chance.randrange(99)}"
                self.tablet.edit("soil_core", record, {"note": note})

    def _exchange(self) -> None:
        try:
            self.tablet.push()
            self.tablet.send_files()
            self.tablet.pull(limit=self.chance.choice([7, 200, 1000]))
        except (Unreachable, Problem):
            pass
        except ReplicaDiffers as error:
            with self.plan.trouble(self.who.name).open("a") as notes:
                notes.write(f"{error}\n")


def tablet_file(plan: Plan, who: Identity) -> Path:
    """Return the tablet's file."""
    return plan.directory / f"{who.name}.sqlite3"


def enrolled(plan: Plan, who: Identity) -> None:
    """Make the tablet's file as enrolment would leave it."""
    tablet = Tablet(tablet_file(plan, who), HttpTransport("http://127.0.0.1"))
    tablet.close()
    scopes = (plan.setting.hot, plan.setting.quiet)
    with sqlite3.connect(tablet_file(plan, who)) as file:
        settings = {
            "device": who.device,
            "incarnation": 1,
            "token": who.token,
            "user": plan.setting.user,
        }
        file.executemany(
            "INSERT INTO setting VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in settings.items()],
        )
        file.executemany(
            "INSERT INTO scope VALUES (?, '', 'rw', NULL)", [(scope,) for scope in scopes]
        )
    file.close()
