from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.tablet import Tablet, Unreachable
from tests.sync.tablet.fake_server import (
    SCOPE,
    Clock,
    Crash,
    FakeServer,
    Road,
    crash_after,
    cut_answer,
    lose_answer,
    lose_request,
    send_twice,
)

faults = st.sampled_from([None, lose_request, lose_answer, send_twice, cut_answer, crash_after])
steps = st.one_of(
    st.tuples(st.just("capture"), st.sampled_from("abc")),
    st.tuples(st.just("edit"), st.sampled_from("xyz")),
    st.tuples(st.just("office"), st.sampled_from("xyz")),
    st.tuples(st.just("delete"), st.none()),
    st.tuples(st.just("push"), st.lists(faults, max_size=3)),
    st.tuples(st.just("pull"), st.lists(faults, max_size=3)),
    st.tuples(st.just("expire"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


@dataclass
class Day:
    """One tablet, one office and one server through a day of mishaps."""

    path: Path
    server: FakeServer = field(default_factory=lambda: FakeServer(granted=[SCOPE], max_ops=2))
    made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.road = Road(self.server)
        self.open()
        self.tablet.hello()
        self.tablet.enrol("one-time")

    def open(self) -> None:
        self.tablet = Tablet(self.path, self.road, surroundings=Clock().surroundings(), attempts=3)

    def do(self, step: str, given: Any) -> None:
        {
            "capture": lambda: self.tablet.capture("core", {"note": given, "n": 0}, SCOPE),
            "edit": lambda: self.edit(given),
            "office": lambda: self.office(given),
            "delete": self.delete,
            "push": lambda: self.over_the_road(given, self.tablet.push),
            "pull": lambda: self.over_the_road(given, lambda: self.tablet.pull(limit=2)),
            "expire": lambda: self.server.expired.add(SCOPE),
            "restart": self.restart,
        }[step]()
        self.made |= {kept.op for kept in self.tablet.operations()}

    def edit(self, note: str) -> None:
        for local in self.tablet.records("core")[:1]:
            self.tablet.edit("core", local.id, {"note": note})

    def delete(self) -> None:
        for local in self.tablet.records("core")[-1:]:
            self.tablet.delete("core", local.id)

    def office(self, note: str) -> None:
        for key, stored in list(self.server.records.items())[:1]:
            self.server.write(key, SCOPE, stored.data | {"note": note})

    def over_the_road(self, met: list[Any], message: Any) -> None:
        self.road.faults = list(met)
        try:
            with suppress(Unreachable):
                message()
        except Crash:
            self.restart()
        self.road.faults = []

    def restart(self) -> None:
        self.tablet.close()
        self.open()

    def settle(self) -> None:
        self.tablet.push()
        self.tablet.pull()


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=14))
def test_after_any_day_the_tablet_shows_what_the_server_holds_and_nothing_was_lost(day_steps):
    with TemporaryDirectory() as folder:
        day = Day(Path(folder) / "tablet.db")
        for step, given_ in day_steps:
            day.do(step, given_)

        day.settle()

        with closing(day.tablet):
            shown = {local.id: local.data for local in day.tablet.records("core")}
            held = {key[1]: s.data for key, s in day.server.records.items() if not s.gone}
            assert shown == held
            assert day.tablet.status().pending == 0
            assert set(day.server.outcomes) == day.made
            assert sorted(day.server.numbers) == list(range(1, len(day.made) + 1))
