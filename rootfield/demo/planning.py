"""The first part of the demo day: protocols, what is studied, campaigns, codes for tablets."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from rootfield.demo import protocols
from rootfield.demo.crew import CampaignPlace
from rootfield.demo.people import TECHNICIANS, People
from rootfield.demo.person import Person, Refused
from rootfield.demo.records import MappedCampaign, ProjectRecord, record_id
from rootfield.demo.telling import Say, SetAside, counted

MOST_RECORDS = 500
"""Records of one bulk request."""

WRITTEN_BY = {"variable": "lab_manager"}
AGROFORESTRY = "agroforestry"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is set up when the tablets leave: campaigns by plot, land use by plot, refused rows."""

    campaigns: tuple[CampaignPlace, ...]
    campaign_of_plot: Mapping[str, CampaignPlace]
    land_use_of_plot: Mapping[str, str]
    refused: tuple[SetAside, ...]

    @property
    def campaigns_with_plots(self) -> tuple[CampaignPlace, ...]:
        """The campaigns that have something to sample."""
        used = {campaign.id for campaign in self.campaign_of_plot.values()}
        return tuple(campaign for campaign in self.campaigns if campaign.id in used)


def publish_protocols(people: People, say: Say) -> list[str]:
    """Draft two protocol versions, publish them by another person and return their ids."""
    versions = []
    for named, content in (
        (protocols.ROOT_CORES, protocols.by_depth()),
        (protocols.TREE_ROWS, protocols.by_tree_distance()),
    ):
        slug, title, number = named
        editor, publisher = people.by_role["protocol_editor"], people.by_role["protocol_publisher"]
        protocol = editor.post(
            reverse("protocol-list"), {"project": str(people.project), "slug": slug, "title": title}
        )
        draft = editor.post(
            reverse("protocol-version-list"),
            {"protocol": protocol["id"], "number": number, "content": content},
        )
        version = publisher.post(reverse("protocol-version-publish", args=[draft["id"]]), {})
        versions.append(version["id"])
        say(
            f"  {editor.username} drafted and {publisher.username} published {title} {number}, "
            f"SHA-256 {version['sha256'][:12]}"
        )
    return versions


def set_up(people: People, mapped: MappedCampaign, versions: Sequence[str], say: Say) -> Plan:
    """Create everything tablets read, two campaigns with their plan among it."""
    refused = _create_all(people, mapped.project)
    campaigns = _campaigns(people.project, versions)
    land_uses = _land_uses(mapped)
    places = dict(zip(("depth", "trees"), campaigns, strict=True))
    of_plot = {
        plot: places["trees" if land_use == AGROFORESTRY else "depth"]
        for plot, land_use in land_uses.items()
    }
    plan = [*_campaign_records(campaigns), *_planned_plots(mapped, of_plot, people.project)]
    refused += _create_all(people, plan)
    created = Counter(record.type for record in (*mapped.project, *plan))
    say(f"  set up: {counted(created)}; {len(refused)} refused")
    return Plan(
        campaigns=tuple(campaigns),
        campaign_of_plot=of_plot,
        land_use_of_plot=land_uses,
        refused=tuple(refused),
    )


def make_enrolment_codes(people: People, plan: Plan, say: Say) -> list[tuple[str, str]]:
    """Make a one-time code for the tablet of each technician; return (tablet, code)."""
    admin = people.by_role["project_admin"]
    codes = []
    for number, username in enumerate(TECHNICIANS, start=1):
        wanted = {
            "project": str(people.project),
            "user": str(people.ids[username]),
            "device_name": f"Tablet {number} ({username})",
            "campaigns": [campaign.id for campaign in plan.campaigns],
        }
        issued = admin.post(reverse("enrolment-code-list"), wanted)
        codes.append((issued["device_name"], issued["code"]))
    say(f"  {admin.username} made {len(codes)} one-time codes, each good for both campaigns")
    return codes


def _create_all(people: People, records: Sequence[ProjectRecord]) -> list[SetAside]:
    refused: list[SetAside] = []
    for start in range(0, len(records), MOST_RECORDS):
        chunk = records[start : start + MOST_RECORDS]
        by_author: dict[str, list[ProjectRecord]] = {}
        for record in chunk:
            by_author.setdefault(WRITTEN_BY.get(record.type, "field_lead"), []).append(record)
        for author, own in by_author.items():
            refused += _create(people.by_role[author], people.project, own)
    return refused


def _create(person: Person, project: uuid.UUID, records: list[ProjectRecord]) -> list[SetAside]:
    """Create records all at once; those that are refused are named and left out of the next try."""
    refused: list[SetAside] = []
    while records:
        answers = _bulk(person, project, records)
        bad = [
            (record, answer)
            for record, answer in zip(records, answers, strict=True)
            if answer["status"] == "refused"
        ]
        if not bad:
            return refused
        refused += [
            SetAside(
                type=record.type.replace("_", " "),
                key=record.key,
                status="refused",
                reason=" ".join(problem["detail"] for problem in answer["problems"]),
            )
            for record, answer in bad
        ]
        gone = {record.id for record, _ in bad}
        records = [record for record in records if record.id not in gone]
    return refused


def _bulk(
    person: Person, project: uuid.UUID, records: Sequence[ProjectRecord]
) -> list[dict[str, Any]]:
    document = {
        "project": str(project),
        "records": [
            {"type": record.type, "id": str(record.id), "fields": record.fields}
            for record in records
        ],
    }
    try:
        answer = person.post(reverse("records-bulk"), document)
    except Refused as refusal:
        if "records" not in refusal.document:
            raise
        answer = refusal.document
    answers: list[dict[str, Any]] = answer["records"]
    return answers


def _campaigns(project: uuid.UUID, versions: Sequence[str]) -> list[CampaignPlace]:
    titles = ("Roots by depth, arable land and grassland", "Roots between rows of trees")
    return [
        CampaignPlace(
            id=str(record_id(project, "campaign", title)), title=title, protocol_version=version
        )
        for title, version in zip(titles, versions, strict=True)
    ]


def _campaign_records(campaigns: Sequence[CampaignPlace]) -> list[ProjectRecord]:
    return [
        ProjectRecord(
            type="campaign",
            id=uuid.UUID(campaign.id),
            key=campaign.title,
            fields={
                "code": code,
                "title": campaign.title,
                "protocol_version": campaign.protocol_version,
            },
        )
        for code, campaign in zip(("DEPTH", "TREES"), campaigns, strict=True)
    ]


def _land_uses(mapped: MappedCampaign) -> dict[str, str]:
    of_site = {str(site.id): str(site.fields["land_use"]) for site in mapped.project_of("site")}
    of_study = {
        str(study.id): of_site[str(study.fields["site"])] for study in mapped.project_of("study")
    }
    return {str(plot.id): of_study[str(plot.fields["study"])] for plot in mapped.project_of("plot")}


def _planned_plots(
    mapped: MappedCampaign, of_plot: Mapping[str, CampaignPlace], project: uuid.UUID
) -> list[ProjectRecord]:
    cores, segments = _wanted(mapped)
    return [
        ProjectRecord(
            type="planned_plot",
            id=record_id(project, "planned_plot", plot),
            key=plot,
            fields={
                "campaign": campaign.id,
                "plot": plot,
                "cores": cores[plot],
                "segments": segments[plot],
            },
        )
        for plot, campaign in of_plot.items()
    ]


def _wanted(mapped: MappedCampaign) -> tuple[Counter[str], Counter[str]]:
    """Return how many cores and segments each plot gives."""
    plot_of = {
        point.key: str(point.fields["plot"]) for point in mapped.captures_of("sampling_point")
    }
    core_plots = {
        core.key: plot_of[core.parents["sampling_point"]]
        for core in mapped.captures_of("soil_core")
    }
    segments = Counter(
        core_plots[segment.parents["soil_core"]] for segment in mapped.captures_of("core_segment")
    )
    return Counter(core_plots.values()), segments
