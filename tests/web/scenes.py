"""What pages show: cores sent by a tablet, a conflict, a held operation, a finding."""

from __future__ import annotations

import itertools
import uuid
from html.parser import HTMLParser
from typing import Any

from sampling.actions.intake import Actor, accept_operations
from sampling.models import Campaign, Device, Plot
from sampling.rules.operations import Operation, Outcome
from tests.people import FRIDAY

NUMBERS = itertools.count(1)

VOID = {"meta", "link", "input", "img", "br", "hr", "path", "rect"}


class WellFormed(HTMLParser):
    """Checks that every element closes, in order, and collects what a page must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if "style" in found or any(name.startswith("on") for name in found):
            self.faults.append(f"inline style or script on {tag}")
        if tag in {"script", "style"} and not found.get("src"):
            self.faults.append(f"inline {tag}")
        if tag == "img" and "alt" not in found:
            self.faults.append("img without alt")
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            self.fields.append({**found, "inside": "label" if "label" in self.open else ""})
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing, at {self.getpos()}")


def faults_of(html: str) -> list[str]:
    """Return what is wrong with a page, as far as a parser can tell."""
    page = WellFormed()
    page.feed(html)
    page.close()
    found = [*page.faults, *(f"<{tag}> stays open" for tag in page.open)]
    found += [f"id {name} twice" for name in set(page.ids) if page.ids.count(name) > 1]
    found += [
        f"field {field.get('name')} without a label"
        for field in page.fields
        if not field["inside"] and field.get("id") not in page.labelled
    ]
    if page.headings.count("h1") != 1:
        found.append(f"{page.headings.count('h1')} h1")
    return found


def operation(type_name: str, record: uuid.UUID, *, scope: str, **given: Any) -> Operation:
    """Return an operation; names with an underscore in front are its own, the rest are fields."""
    own = {name[1:]: given.pop(name) for name in list(given) if name.startswith("_")}
    changes = own.pop("changes", {name: {"to": value} for name, value in given.items()})
    return Operation(
        id=uuid.uuid4(),
        type=type_name,
        record=record,
        scope=scope,
        do=own.pop("do", "create"),
        changes=changes,
        number=next(NUMBERS),
        at="2026-05-01T08:30:00+00:00",
        **own,
    )


def send(device: Device, campaign: Campaign, *operations: Operation) -> list[Outcome]:
    """Send operations as a tablet would."""
    actor = Actor(
        project=device.project_id,
        via="tablet",
        user=device.user_id,
        device=device.id,
        scopes={campaign.capture_scope: "rw", f"project:{device.project_id}": "ro"},
    )
    return accept_operations(operations, actor=actor, received_at=FRIDAY)


def send_core(device: Device, campaign: Campaign, plot: Plot, *, code: str = "C1") -> uuid.UUID:
    """Send a core with a segment, its bag and a fraction; return the core's id."""
    scope = campaign.capture_scope
    point, core, segment = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    position = {"latitude": 52.00871, "longitude": -0.41263}
    mass = {"dry_mass_g": 1.25, "dry_mass_as_entered": "1,25"}
    captured: list[tuple[str, uuid.UUID, dict[str, Any]]] = [
        ("sampling_point", point, {"plot": str(plot.id), "code": f"{code}-point", **position}),
        (
            "soil_core",
            core,
            {"sampling_point": str(point), "code": code, "inner_diameter_cm": 8.0},
        ),
        (
            "core_segment",
            segment,
            {"soil_core": str(core), "code": "a", "upper_depth_cm": 0, "lower_depth_cm": 30},
        ),
        (
            "specimen",
            uuid.uuid4(),
            {"core_segment": str(segment), "code": f"RF-{code}", "kind": "roots"},
        ),
        ("root_fraction", uuid.uuid4(), {"core_segment": str(segment), **mass}),
    ]
    outcomes = send(
        device,
        campaign,
        *(operation(name, record, scope=scope, **fields) for name, record, fields in captured),
    )
    assert {outcome.status for outcome in outcomes} == {"applied"}
    return core


def make_conflict(
    device: Device, campaign: Campaign, core: uuid.UUID, *, length: float = 42.0
) -> uuid.UUID:
    """Change a core twice from the same base; return the conflict's id."""
    outcomes = []
    for recovered in (length - 2, length):
        changes = {"recovered_length_cm": {"from": None, "to": recovered}}
        outcomes += send(
            device,
            campaign,
            operation(
                "soil_core",
                core,
                scope=campaign.capture_scope,
                _do="patch",
                _base_revision=1,
                _changes=changes,
            ),
        )
    assert outcomes[-1].status == "conflict"
    return uuid.UUID(outcomes[-1].detail["conflicts"][0]["id"])


def make_held(device: Device, campaign: Campaign) -> uuid.UUID:
    """Send a core whose diameter cannot be; return the operation's id."""
    held = operation(
        "soil_core",
        uuid.uuid4(),
        scope=campaign.capture_scope,
        sampling_point=str(uuid.uuid4()),
        code="C9",
        inner_diameter_cm="eight",
    )
    outcomes = send(device, campaign, held)
    assert outcomes[0].status == "quarantined"
    return held.id
