"""Exact places, for those who may see them; everybody else sees the public point."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from sampling.actions.access import projects_allowing
from sampling.api.base import person
from sampling.models import AuditEvent, SamplingPoint, Site
from sampling.rules.coordinates import snap_to_grid

PERMISSION = "exact_position.read"
HIDDEN = frozenset({"latitude", "longitude", "accuracy_m"})


def projects_with_exact_positions(request: Request) -> frozenset[uuid.UUID]:
    """Return the projects whose exact places the person may see."""
    return frozenset(projects_allowing(person(request), PERMISSION).values_list("pk", flat=True))


def public_position(row: Site | SamplingPoint) -> dict[str, Any]:
    """Return what the public may know of a place: the centre of its grid cell."""
    site = row if isinstance(row, Site) else row.plot.study.site
    precision = site.coordinate_precision_m
    shown: dict[str, Any] = {"latitude": None, "longitude": None}
    if row.latitude is not None and row.longitude is not None:
        latitude, longitude = snap_to_grid(row.latitude, row.longitude, precision_m=precision)
        shown = {"latitude": latitude, "longitude": longitude}
    if isinstance(row, SamplingPoint):
        shown["accuracy_m"] = None
    return shown


def note_exact_reading(
    request: Request, rows: Iterable[Site | SamplingPoint], *, exact: frozenset[uuid.UUID]
) -> None:
    """Write down who read how many exact places of which project."""
    counts = Counter(
        (row.project_id, row.record_type)
        for row in rows
        if row.project_id in exact and row.latitude is not None
    )
    now = timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=now,
            project_id=project,
            user=person(request),
            action="exact_position.read",
            subject_type=name,
            subject=str(project),
            detail={"count": count},
        )
        for (project, name), count in counts.items()
    )


def without_positions(value: Any) -> Any:
    """Return stored JSON with the places in it blanked, however deep they lie."""
    if isinstance(value, Mapping):
        return {
            name: None if name in HIDDEN else without_positions(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [without_positions(member) for member in value]
    return value
