"""One run from the first fault to the verdict."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rootfield.children import Child, start_child
from rootfield.embedded import BASE_DIR
from tests.chaos.judge import PROMISES, Judge
from tests.chaos.plan import Faults, Identity, Plan, Setting
from tests.chaos.reader import Reader
from tests.chaos.site import Saboteur, Site, running_site
from tests.chaos.tablets import enrolled
from tests.sync.verdict import Findings

READERS = 3  # the first sleeps, the last comes when all is over
TABLETS = 2
TABLET_LIVES_S = (2.0, 8.0)
LONGER_S = 60.0
"""How much longer than a device's patience its process is waited for."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run did and found; `broken` counts the promises that did not hold."""

    plan: Plan
    done: Counter[str]
    statuses: Counter[str]
    findings: Findings

    @property
    def broken(self) -> int:
        """How many promises were broken."""
        return sum(self.findings.counts.values())

    def document(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "seed": self.plan.seed,
            "seconds": self.plan.seconds,
            "done": dict(self.done),
            "outcomes": dict(self.statuses),
            "found": {promise: self.findings.counts[promise] for promise in PROMISES},
            "examples": self.findings.examples,
        }


def attack(
    *,
    seconds: float,
    seed: int,
    writers: int = 4,
    faults: Faults | None = None,
    entry: str = "tests.chaos.entry",
    patience_s: float = 240.0,
    spares_database: bool = False,
) -> Result:
    """Run a site, attack it, let it settle, and judge it."""
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="rootfield-chaos-run-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        site, founded = stack.enter_context(
            running_site(entry=entry, writers=writers, readers=READERS, tablets=TABLETS)
        )
        plan = Plan(
            seed=seed,
            started_at=time.time(),
            seconds=seconds,
            directory=directory,
            setting=msgspec.convert(founded, Setting),
            faults=faults or Faults(),
            patience_s=patience_s,
        )
        (directory / "plan.json").write_bytes(msgspec.json.encode(plan, enc_hook=str))
        crew = Crew(plan, stack)
        crew.work(Saboteur(site, random.Random(seed), spares_database=spares_database))
        crew.settle(site)
        with site.connect() as database, database.transaction():
            judge = Judge(plan, database, files=site.home / "files")
            findings = judge.run(site.outages)
        for trouble in crew.trouble:
            findings.note("unsettled", trouble)
        for deadlock in site.counter_deadlocks():
            findings.note("deadlocks", deadlock)
        return Result(plan=plan, done=sums(judge, site), statuses=judge.statuses, findings=findings)


class Crew:
    """The processes of a run that stand for devices."""

    def __init__(self, plan: Plan, stack: ExitStack) -> None:
        self.plan, self.stack = plan, stack
        self.chance = random.Random(plan.seed)
        self.trouble: list[str] = []
        self.writers = [self._start("writer", who) for who in plan.setting.writers]
        self.readers = [self._start_reader(who) for who in plan.setting.readers[:-1]]
        for who in plan.setting.tablets:
            enrolled(plan, who)
        self.tablets = {who: self._start("tablet", who) for who in plan.setting.tablets}

    def work(self, saboteur: Saboteur) -> None:
        """Let everything happen at once, for as long as planned."""
        end = time.monotonic() + self.plan.seconds
        next_tablet = time.monotonic() + 3.0
        while time.monotonic() < end:
            saboteur.strike()
            if time.monotonic() > next_tablet:
                self._kill_tablet(saboteur.site)
                next_tablet = time.monotonic() + self.chance.uniform(*TABLET_LIVES_S)

    def settle(self, site: Site) -> None:
        """Stop the faults and wait until everybody is answered and has read to the end."""
        self.plan.stop.touch()
        site.disk_full.unlink(missing_ok=True)
        site.stop_sweeper()
        for writer in self.writers:
            self._wait(writer)
        for tablet in self.tablets.values():
            self._wait(tablet)
        site.sweep_up()
        for who in self.plan.setting.tablets:
            self._wait(self._start("settling", who))
        site.sweep_up()
        for who in self.plan.setting.tablets:  # what the other one sent last
            self._wait(self._start("settling", who))
        for reader in self.readers:
            reader.communicate(b"\n", timeout=3 * self.plan.patience_s + LONGER_S)
        Reader(self.plan, self.plan.setting.readers[-1]).finish()

    def _start(self, role: str, who: Identity) -> Child:
        log = self.plan.directory / f"{who.name}.log"
        child = start_child(who.name, command(role, who, self.plan), log=log, directory=BASE_DIR)
        self.stack.callback(child.process.kill)
        return child

    def _start_reader(self, who: Identity) -> subprocess.Popen[bytes]:
        reader = subprocess.Popen(
            command("reader", who, self.plan), stdin=subprocess.PIPE, cwd=BASE_DIR
        )
        self.stack.callback(reader.kill)
        return reader

    def _kill_tablet(self, site: Site) -> None:
        who = self.chance.choice(self.plan.setting.tablets)
        child = self.tablets[who]
        if not child.is_running:
            self.trouble.append(f"{who.name} ended by itself:\n{child.log_tail()}")
        child.process.kill()
        child.process.wait()
        site.done["tablets killed"] += 1
        self.tablets[who] = self._start("tablet", who)

    def _wait(self, child: Child) -> None:
        """Wait for a device's process and note when it failed."""
        try:
            child.process.wait(self.plan.patience_s + LONGER_S)
        except subprocess.TimeoutExpired:
            child.process.kill()
        if child.process.wait():
            self.trouble.append(f"{child.name} failed:\n{child.log_tail()}")


def command(role: str, who: Identity, plan: Plan) -> list[str]:
    """Return the command of a device's process."""
    return [sys.executable, "-m", "tests.chaos.device", role, who.name, str(plan.directory)]


def sums(judge: Judge, site: Site) -> Counter[str]:
    """Return what was done in a run, in numbers."""
    done: Counter[str] = Counter({"operations": len(judge.made)})
    for report in [*judge.writers, *judge.readers]:
        done.update(report.get("line", {}))
        done.update(report.get("counts", {}))
    done["readers' checksums"] = sum(report.get("checks", 0) for report in judge.readers)
    done["deadlocks dissolved"] = len(site.deadlocks())
    done["files"] = judge.files_held
    done["records"] = sum(map(len, judge.current.values()))
    return done + site.done
