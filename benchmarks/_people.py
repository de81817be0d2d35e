"""The campaign the sync benchmarks write to. Imported once Django is set up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from sampling.actions.ledger import announce
from sampling.actions.records import create_captured, create_record
from sampling.models import (
    Campaign,
    Membership,
    Plot,
    Project,
    Protocol,
    ProtocolVersion,
    SamplingPoint,
    Site,
    Study,
    User,
)


@dataclass(frozen=True)
class Made:
    """The ids of what was set up."""

    project: str
    user: str
    campaign: str
    version: str
    point: str


def found_campaign() -> Made:
    """Set up a project, a plot, a published protocol version, a campaign and a sampling point."""
    at = timezone.now()
    project = Project.objects.create(slug="bench", title="Benchmark")
    editor = User.objects.create(username="editor")
    publisher = User.objects.create(username="publisher")
    Membership.objects.create(user=editor, project=project, role="technician")
    version = ProtocolVersion(
        protocol=Protocol.objects.create(project=project, slug="cores", title="Cores"),
        project=project,
        scope=project.scope,
        received_at=at,
        number="1.0.0",
        state="published",
        content={},
        sha256="0" * 64,
        drafted_by=editor,
        drafted_at=at,
        published_by=publisher,
        published_at=at,
    )
    with transaction.atomic():
        version.save(force_insert=True)
        announce([version])
    author = {"project": project.id, "user": editor.id, "via": "api", "at": at}
    site = create_record(Site, {"code": "S", "land_use": "cropland"}, **author)
    study = create_record(Study, {"site": site.id, "code": "T"}, **author)
    plot = create_record(Plot, {"study": study.id, "code": "P"}, **author)
    campaign = create_record(Campaign, {"code": "C", "protocol_version": version.id}, **author)
    point = create_captured(
        SamplingPoint,
        {"plot": plot.id, "code": "1"},
        campaign=campaign,
        user=editor.id,
        via="api",
        at=at,
    )
    return Made(
        project=str(project.id),
        user=str(editor.id),
        campaign=str(campaign.id),
        version=str(version.id),
        point=str(point.id),
    )
