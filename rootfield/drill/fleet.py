"""A project with a few tablets, and two days of work with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from rootfield.demo.protocols import by_depth
from rootfield.drill.road import InProcessRoad
from sampling.actions.devices import issue_enrolment_code
from sampling.actions.members import add_member, create_project
from sampling.actions.protocols import create_protocol, draft_version, publish_version
from sampling.actions.set_up import NewRecord, create_set_up
from sampling.models import Campaign, Project, User
from sampling.tablet import Surroundings, Tablet

DEPTHS_CM = ((0, 10), (10, 30), (30, 50))
CAST = ("admin", "editor", "publisher", "lead", "technician")
ROLES = {
    "editor": "protocol_editor",
    "publisher": "protocol_publisher",
    "lead": "field_lead",
    "technician": "technician",
}


@dataclass(frozen=True, kw_only=True)
class Core:
    """A core as its tablet captured it: ids of the point, the core and its segments."""

    point: str
    core: str
    segments: tuple[str, ...]


@dataclass(kw_only=True)
class Fleet:
    """Tablets of one campaign, with the cores each captured.

    `contested` names the core two tablets will change at once.
    """

    campaign: Campaign
    plots: Sequence[str]
    tablets: list[Tablet] = field(default_factory=list)
    cores: list[list[Core]] = field(default_factory=list)

    @property
    def contested(self) -> str:
        """The core that two tablets change at once."""
        return self.cores[-1][0].core

    def capture(self, place: int, code: str) -> Core:
        """Capture a core with its segments and a bag of roots on one tablet."""
        tablet, scope = self.tablets[place], self.campaign.capture_scope
        plot = self.plots[place % len(self.plots)]
        with tablet.together():
            point = tablet.capture("sampling_point", {"plot": plot, "code": code}, scope)
            sizes = {"inner_diameter_cm": 8.0, "driven_length_cm": 60, "recovered_length_cm": 55}
            core = tablet.capture(
                "soil_core", {"sampling_point": point, "code": code, **sizes}, scope
            )
            segments = [
                tablet.capture(
                    "core_segment",
                    {"soil_core": core, "upper_depth_cm": upper, "lower_depth_cm": lower},
                    scope,
                )
                for upper, lower in DEPTHS_CM
            ]
            bag = {"core_segment": segments[0], "code": f"bag {code}", "kind": "roots"}
            tablet.capture("specimen", bag, scope)
        return Core(point=point, core=core, segments=tuple(segments))

    def send(self) -> None:
        """Let every tablet push, one after the other."""
        for tablet in self.tablets:
            tablet.push()

    def read(self) -> None:
        """Let every tablet pull; each checks the sums of its scopes."""
        for tablet in self.tablets:
            tablet.pull()


@contextmanager
def fleet_of(size: int, *, directory: Path, at: datetime) -> Iterator[Fleet]:
    """Set up a project with tablets that are enrolled and have pulled; close them at the end."""
    project, people = _project(at)
    campaign, plots = _campaign(project, people, at=at, plots=size)
    fleet = Fleet(campaign=campaign, plots=plots)
    for number in range(size):
        _, code = issue_enrolment_code(
            project=project,
            user=people["technician"],
            issued_by=people["admin"],
            device_name=f"Tablet {number + 1}",
            campaigns=[campaign],
            at=at,
        )
        tablet = Tablet(
            directory / f"tablet-{number + 1}.sqlite",
            InProcessRoad(),
            surroundings=Surroundings(sleep=lambda _seconds: None),
        )
        fleet.tablets.append(tablet)
        tablet.hello()
        tablet.enrol(code)
        tablet.pull()
    try:
        yield fleet
    finally:
        for tablet in fleet.tablets:
            tablet.close()


def _project(at: datetime) -> tuple[Project, dict[str, User]]:
    people = {name: User.objects.create_user(f"drill-{name}") for name in CAST}
    project = create_project(slug="drill", title="Restore drill", by=people["admin"], at=at)
    for name, role in ROLES.items():
        add_member(project=project, user=people[name], role=role, by=people["admin"], at=at)
    return project, people


def _campaign(
    project: Project, people: dict[str, User], *, at: datetime, plots: int
) -> tuple[Campaign, list[str]]:
    protocol = create_protocol(
        project=project, slug="drill", title="Drill", by=people["editor"], at=at
    )
    draft = draft_version(
        protocol=protocol, number="1.0.0", content=by_depth(), by=people["editor"], at=at
    )
    version = publish_version(draft, by=people["publisher"], at=at)
    site, study, campaign = uuid7(), uuid7(), uuid7()
    plot_ids = [uuid7() for _ in range(plots)]
    records = [
        NewRecord(type="site", id=site, fields={"code": "S", "land_use": "cropland"}),
        NewRecord(type="study", id=study, fields={"site": str(site), "code": "S"}),
        *(
            NewRecord(type="plot", id=plot, fields={"study": str(study), "code": f"P{number}"})
            for number, plot in enumerate(plot_ids)
        ),
        NewRecord(
            type="campaign", id=campaign, fields={"code": "C", "protocol_version": str(version.pk)}
        ),
    ]
    answers = create_set_up(
        records, project=project.pk, user=people["lead"].pk, via="command", at=at
    )
    assert all(answer.status == "created" for answer in answers), answers
    return Campaign.objects.get(pk=campaign), [str(plot) for plot in plot_ids]


def first_day(fleet: Fleet, *, cores: int) -> None:
    """Capture cores on every tablet, send and read them."""
    for place in range(len(fleet.tablets)):
        fleet.cores.append([fleet.capture(place, f"A{place}-{n}") for n in range(cores)])
    fleet.send()
    fleet.read()


def second_day(fleet: Fleet, *, cores: int) -> None:
    """Capture more, correct one's own and others' work, withdraw, disagree and decide.

    Every correction builds on what its tablet had read, across tablets too.
    """
    for place, tablet in enumerate(fleet.tablets):
        for number in range(cores):
            fleet.capture(place, f"B{place}-{number}")
        first, last = fleet.cores[place][0], fleet.cores[place][-1]
        tablet.edit("soil_core", first.core, {"recovered_length_cm": 50 + place})
        tablet.delete("core_segment", last.segments[-1], why="cut twice")
    fleet.send()
    for place, tablet in enumerate(fleet.tablets):
        tablet.pull()
        neighbour = fleet.cores[place - 1][0]
        tablet.edit("soil_core", neighbour.core, {"recovered_length_cm": 40 + place})
        tablet.edit("sampling_point", neighbour.point, {"note": f"seen by {place}"})
        tablet.push()
    _disagree(fleet)
    fleet.read()


def _disagree(fleet: Fleet) -> None:
    """Let two tablets change one value at once, a third decide, and the first go on from that."""
    fleet.read()
    first, second, third = fleet.tablets[0], fleet.tablets[1], fleet.tablets[2]
    first.edit("soil_core", fleet.contested, {"inner_diameter_cm": 7.5})
    second.edit("soil_core", fleet.contested, {"inner_diameter_cm": 8.5})
    first.push()
    second.push()
    third.pull()
    (conflict,) = third.conflicts()
    third.resolve(conflict, {"inner_diameter_cm": 8.4}, why="measured again")
    third.push()
    first.pull()
    first.edit("soil_core", fleet.contested, {"inner_diameter_cm": 8.45})
    first.push()
