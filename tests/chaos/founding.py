"""Sets up the project of a run: scopes, devices and their grants. Prints what it made as JSON.

A process of its own, so that the one that leads a run stays free of Django.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import uuid
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from sampling.actions.ledger import announce  # noqa: E402
from sampling.actions.records import create_captured, create_record  # noqa: E402
from sampling.models import (  # noqa: E402
    Assignment,
    Campaign,
    Device,
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

COLD = 2


def found(*, writers: int, readers: int, tablets: int) -> dict[str, Any]:
    """Set up a project with a hot campaign, two cold ones and a quiet one, and its devices."""
    at = timezone.now()
    project = Project.objects.create(slug="chaos", title="Chaos")
    editor = User.objects.create(username="editor")
    publisher = User.objects.create(username="publisher")
    Membership.objects.create(user=editor, project=project, role="technician")
    version = _version(project, editor, publisher)
    author: dict[str, Any] = {"project": project.id, "user": editor.id, "via": "api", "at": at}
    site = create_record(Site, {"code": "S", "land_use": "cropland"}, **author)
    study = create_record(Study, {"site": site.id, "code": "T"}, **author)
    plot = create_record(Plot, {"study": study.id, "code": "P"}, **author)
    campaigns = {}
    points = {}
    for code in ("hot", "quiet", *(f"cold {n}" for n in range(COLD))):
        campaign = create_record(Campaign, {"code": code, "protocol_version": version.id}, **author)
        campaigns[code] = campaign
        points[code] = create_captured(
            SamplingPoint,
            {"plot": plot.id, "code": "1"},
            campaign=campaign,
            user=editor.id,
            via="api",
            at=at,
        )
    cold = [code for code in campaigns if code.startswith("cold")]
    wide = [campaigns[code] for code in ("hot", *cold)]
    narrow = [campaigns["hot"], campaigns["quiet"]]
    scope = {code: campaign.capture_scope for code, campaign in campaigns.items()}
    return {
        "user": str(editor.id),
        "version": str(version.id),
        "plot": str(plot.id),
        "point": str(points["hot"].id),
        "hot": scope["hot"],
        "cold": [scope[code] for code in cold],
        "cold_points": {scope[code]: str(points[code].id) for code in cold},
        "quiet": scope["quiet"],
        "quiet_point": str(points["quiet"].id),
        "writers": [_device(project, editor, f"writer-{n}", wide) for n in range(writers)],
        "readers": [_device(project, editor, f"reader-{n}", wide) for n in range(readers)],
        "tablets": [_device(project, editor, f"tablet-{n}", narrow) for n in range(tablets)],
    }


def _version(project: Project, editor: User, publisher: User) -> ProtocolVersion:
    at = timezone.now()
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
    return version


def _device(project: Project, user: User, name: str, campaigns: list[Campaign]) -> dict[str, str]:
    token = "rfd_" + secrets.token_urlsafe(32)
    at = timezone.now()
    device = Device.objects.create(
        project=project,
        user=user,
        name=name,
        install=uuid.uuid4(),
        token_prefix=token[:8],
        token_sha256=hashlib.sha256(token.encode()).hexdigest(),
        enrolled_at=at,
    )
    for campaign in campaigns:
        Assignment.objects.create(campaign=campaign, device=device, granted_at=at)
    return {"name": name, "device": str(device.id), "token": token}


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(found(**wanted)))
