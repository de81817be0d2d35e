"""The navigation every page shares: by project, and by what a person may do there."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from sampling.actions.access import roles_of
from sampling.models import Campaign, Project, User
from sampling.rules.roles import grants

register = template.Library()

# Title, address and the permission that opens it, in the order of a day's work.
ROOMS = (
    ("Overview", "pages:project", "project.read"),
    ("Conflicts", "pages:conflicts", "conflict.read"),
    ("Held", "pages:held", "operation.read"),
    ("Findings", "pages:findings", "finding.read"),
    ("Lab", "lab:home", "lab.read"),
    ("Estimates", "estimates:orders", "estimate.read"),
    ("Scenarios", "scenarios:home", "estimate.read"),
    ("Protocols", "pages:protocols", "protocol.read"),
    ("Sync", "pages:health", "device.read"),
    ("Devices", "pages:devices", "device.read"),
    ("People", "pages:people", "member.read"),
)

# What is reached from a room and has an address beside it.
BESIDE = (("/kept-pushes/", "/held/"),)


@register.inclusion_tag("navigation.html", takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    """Return what the bar shows: four queries, however many rooms and campaigns there are."""
    request: HttpRequest = context["request"]
    person = request.user if isinstance(request.user, User) else None
    known = {"csrf_token": context.get("csrf_token"), "person": person}
    if person is None:
        return known
    projects = list(Project.objects.for_user(person).order_by("title"))
    project = _project_of(request, projects)
    if project is None:
        return {**known, "projects": projects}
    campaigns = list(Campaign.objects.filter(project=project).order_by("code"))
    return {
        **known,
        "projects": projects,
        "project": project,
        "campaigns": campaigns,
        "campaign": next((c for c in campaigns if c == context.get("campaign")), None),
        "links": _links(request, project, roles_of(person, project.pk)),
    }


def _project_of(request: HttpRequest, projects: list[Project]) -> Project | None:
    """Return the project named in the address; on the first page that of who has only one."""
    match = request.resolver_match
    named: uuid.UUID | None = match.kwargs.get("project_id") if match else None
    if named is None and len(projects) == 1:
        return projects[0]
    return next((project for project in projects if project.pk == named), None)


def _links(
    request: HttpRequest, project: Project, roles: frozenset[str]
) -> list[dict[str, str | bool]]:
    """Return the rooms the roles open; the one whose address leads here furthest is current."""
    links: list[dict[str, str | bool]] = []
    for title, name, permission in ROOMS:
        if grants(roles, permission):
            url = reverse(name, kwargs={"project_id": project.pk})
            links.append({"title": title, "url": url})
    path = request.path
    for beside, room in BESIDE:
        path = path.replace(beside, room)
    here = max(
        (str(link["url"]) for link in links if path.startswith(str(link["url"]))),
        key=len,
        default="",
    )
    for link in links:
        link["is_current"] = link["url"] == here
    return links
