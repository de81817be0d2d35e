"""One device of a run, as a process: `python -m tests.chaos.device ROLE NAME DIRECTORY`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from tests.chaos.plan import NO_FAULTS, Identity, Plan
from tests.chaos.reader import Reader
from tests.chaos.tablets import TabletAtWork
from tests.chaos.writer import Writer

SLEEPS_FROM = 0.3
"""The share of the run after which the first reader sleeps until the end."""


def main(role: str, name: str, directory: str) -> None:
    """Be a device until it has reported."""
    plan = msgspec.json.decode(
        (Path(directory) / "plan.json").read_bytes(), type=Plan, dec_hook=hook
    )
    people: dict[str, tuple[Identity, ...]] = {
        "writer": plan.setting.writers,
        "reader": plan.setting.readers,
        "tablet": plan.setting.tablets,
        "settling": plan.setting.tablets,
    }
    who = next(one for one in people[role] if one.name == name)
    if role == "writer":
        Writer(plan, who).run()
    elif role == "reader":
        is_sleeper = who == plan.setting.readers[0]
        reader = Reader(plan, who, sleeps_from=SLEEPS_FROM if is_sleeper else 2.0)
        reader.run()
        sys.stdin.readline()  # until nobody writes any more
        reader.finish()
    elif role == "tablet":
        TabletAtWork(plan, who, plan.faults).work()
    else:
        failure = TabletAtWork(plan, who, NO_FAULTS).settle()
        plan.report(name).write_text(json.dumps({"name": name, "failure": failure}))


def hook(kind: type, value: object) -> object:
    """Read a path back from a plan."""
    if kind is Path:
        return Path(str(value))
    raise TypeError(f"A plan holds no {kind.__name__}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
