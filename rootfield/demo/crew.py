"""Four tablets and the cores each of them captures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from rootfield.demo.records import CaptureRecord
from rootfield.demo.roads import BadRoad, impatient
from sampling.rules.codes import write_code
from sampling.tablet import Surroundings, Tablet, uuid7

MOST_CODES = 10_000
"""Specimen codes a tablet may ask for in one pull."""


@dataclass(frozen=True, kw_only=True)
class CampaignPlace:
    """A campaign as a tablet knows it: its id, its scope and its protocol version."""

    id: str
    title: str
    protocol_version: str

    @property
    def scope(self) -> str:
        """The sync scope its devices write."""
        return f"campaign:{self.id}"


@dataclass(frozen=True, kw_only=True)
class CoreWork:
    """Everything captured about one sampling point, parents first."""

    campaign: CampaignPlace
    captures: tuple[CaptureRecord, ...]

    def of_type(self, *types: str) -> tuple[CaptureRecord, ...]:
        """Return the captures of some types."""
        return tuple(capture for capture in self.captures if capture.type in types)


def work_by_core(
    captures: Iterable[CaptureRecord], campaign_of_plot: Mapping[str, CampaignPlace]
) -> list[CoreWork]:
    """Return the captures of each sampling point together; parents come before children."""
    point_of: dict[str, str] = {}
    plot_of: dict[str, str] = {}
    grouped: dict[str, list[CaptureRecord]] = {}
    for capture in captures:
        if capture.type == "sampling_point":
            point_of[capture.key] = capture.key
            plot_of[capture.key] = str(capture.fields["plot"])
        else:
            point_of[capture.key] = point_of[next(iter(capture.parents.values()))]
        grouped.setdefault(point_of[capture.key], []).append(capture)
    return [
        CoreWork(campaign=campaign_of_plot[plot_of[point]], captures=tuple(own))
        for point, own in grouped.items()
    ]


def shares(works: Sequence[CoreWork], number: int) -> list[list[CoreWork]]:
    """Return the cores cut into as many runs of neighbours as there are tablets."""
    ends = [len(works) * place // number for place in range(number + 1)]
    return [list(works[start:end]) for start, end in pairwise(ends)]


@dataclass(kw_only=True)
class CrewTablet:
    """A tablet in somebody's hands: what it has to capture and the codes it may write on bags."""

    name: str
    tablet: Tablet
    road: BadRoad
    work: list[CoreWork] = field(default_factory=list)
    codes: deque[str] = field(default_factory=deque)

    def enrol(self, code: str) -> None:
        """Become a device with a one-time code."""
        self.tablet.hello()
        self.tablet.enrol(code, model="demo tablet")

    def pull(self, *, specimens: int = 0) -> int:
        """Read what is granted, with codes for so many specimens; return the changes read."""
        changes = 0
        while True:
            wanted = min(max(specimens - len(self.codes), 0), MOST_CODES)
            changes += self.tablet.pull(codes_wanted=wanted).changes
            self.codes = deque(sorted(self._own_codes()))
            if len(self.codes) >= specimens:
                return changes

    def _own_codes(self) -> Iterator[str]:
        device = self.tablet.status().device
        for block in self.tablet.records("code_block"):
            if block.data["device"] == device:
                first = block.data["first_number"]
                yield from map(write_code, range(first, first + block.data["size"]))


@dataclass(kw_only=True)
class Notebook:
    """What the crew wrote down: the id of every record, the code on every bag."""

    ids: dict[str, str]
    bags: dict[str, str] = field(default_factory=dict)
    key_of: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.key_of = {id_: key for key, id_ in self.ids.items()}

    @classmethod
    def of(cls, captures: Iterable[CaptureRecord]) -> Notebook:
        """Return a notebook with a new id for every capture."""
        around = Surroundings()
        return cls(ids={capture.key: uuid7(around) for capture in captures})

    def capture(
        self, crew: CrewTablet, campaign: CampaignPlace, captures: Sequence[CaptureRecord]
    ) -> None:
        """Write captures into a tablet's outbox, all at once."""
        with crew.tablet.together():
            for capture in captures:
                fields: dict[str, Any] = dict(capture.fields)
                fields |= {name: self.ids[key] for name, key in capture.parents.items()}
                fields["captured_version"] = campaign.protocol_version
                if capture.type == "specimen":
                    self.bags[capture.key] = fields["code"] = crew.codes.popleft()
                crew.tablet.capture(
                    capture.type, fields, campaign.scope, record=self.ids[capture.key]
                )


@contextmanager
def crew_of(names: Sequence[str], *, base_url: str, directory: Path) -> Iterator[list[CrewTablet]]:
    """Switch tablets on, each with its own file and connection, until this ends."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        crew = []
        for number, name in enumerate(names, start=1):
            road = BadRoad(base_url)
            stack.callback(road.close)
            path = directory / f"tablet-{number}.sqlite"
            tablet = Tablet(path, road, surroundings=impatient())
            stack.callback(tablet.close)
            crew.append(CrewTablet(name=name, tablet=tablet, road=road))
        yield crew
