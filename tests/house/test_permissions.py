"""Every address, method and role: who gets through is what the table says."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from sampling.models import User
from sampling.rules.roles import EVERYBODY, PERMISSIONS
from tests.house.permission_world import World
from tests.house.permissions_table import (
    ANYBODY,
    AS_SEEN,
    FORBIDDEN,
    HIDDEN,
    NOBODY,
    OPEN,
    ROWS,
    SIGN_IN,
    SIGNED_IN,
    STAFF,
    TABLET,
    Row,
)

FIXTURE_OF = {
    "lab_technician": "lab_tech",
    "lab_verifier": "verifier",
    "data_steward": "steward",
    "project_admin": "admin",
}
SAME_FOR_ALL = (ANYBODY, NOBODY, SIGNED_IN, TABLET)
ADMIN = "admin/"
METHODS = ("get", "head", "post", "put", "patch", "delete")


def addresses(resolver: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the site as the table spells it."""
    for pattern in resolver.url_patterns:
        step = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(pattern.pattern))
        route = before + re.sub(r"<\w+:(\w+)>", r"<\1>", step.strip("^$"))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            yield route, pattern


def methods_of(pattern: URLPattern) -> list[str]:
    """Return the methods an address answers; a function that does not say so answers GET."""
    view: Any = pattern.callback
    if hasattr(view, "actions"):
        own = [name for name in METHODS if name != "head"]  # the head of a list is its GET
        return [name.upper() for name in own if name in view.actions]
    answers = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if answers is None:
        return ["GET"]
    known = [name for name in METHODS if name in answers.http_method_names]
    return [name.upper() for name in known if hasattr(answers, name)]


def site_routes() -> set[tuple[str, str]]:
    return {
        (method, route)
        for route, pattern in addresses(get_resolver())
        if not route.startswith(ADMIN)
        for method in methods_of(pattern)
        if (method, route) != ("PUT", "login/")  # Django answers it as POST
    }


def test_every_address_and_method_has_its_line_in_the_table() -> None:
    listed = {(row.method, row.route) for row in ROWS}

    missing, outdated = sorted(site_routes() - listed), sorted(listed - site_routes())

    assert missing == [], f"{missing}: add these to tests/house/permissions_table.py"
    assert outdated == [], "these are in the table and nowhere else"


def test_addresses_for_programs_end_without_a_slash() -> None:
    roads = [route for _, route in site_routes() if re.match("(api|sync|health)/", route)]

    # The root, and the collection of uploads, whose address tus clients are given with its slash.
    assert {r for r in roads if r.endswith("/")} == {"sync/v1/", "sync/v1/uploads/"}


def test_no_address_is_listed_twice() -> None:
    listed = [(row.method, row.route) for row in ROWS]

    assert sorted(listed) == sorted(set(listed))


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    return World(request)


@pytest.fixture
def clients(world: World) -> dict[str, APIClient]:
    """Return a client for each role, for an outsider and for a stranger."""
    found = {"stranger": APIClient()}
    for role in [*sorted(EVERYBODY), "outsider"]:
        found[role] = APIClient()
        found[role].force_login(world[FIXTURE_OF.get(role, role)])
    return found


def expected(row: Row, role: str) -> str:
    """Return what somebody is answered."""
    if row.who in (ANYBODY, NOBODY):
        return OPEN if row.who == ANYBODY else HIDDEN
    if role == "stranger" or row.who == TABLET:
        return SIGN_IN
    if row.who == SIGNED_IN:
        return OPEN
    if role == "outsider":
        return row.outsider
    if row.who != STAFF and role in PERMISSIONS[row.who]:
        return OPEN if row.is_there else HIDDEN
    if row.lacking == AS_SEEN:
        return FORBIDDEN if role in PERMISSIONS["operation.read"] else HIDDEN
    return row.lacking


def answered(client: APIClient, row: Row, world: World) -> str:
    """Return how an address answers; what the request changed is taken back."""
    path = re.sub(r"<(\w+)>", lambda found: argument(row, found[1], world), row.route)
    query = re.sub(r"@(\w+)", lambda found: world.id_of(found[1]), row.query)
    body = {
        name: world.id_of(value[1:]) if str(value).startswith("@") else value
        for name, value in row.body.items()
    }
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.generic(
            row.method, f"/{path}{query}", json.dumps(body), content_type="application/json"
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    return class_of(answer)


def argument(row: Row, name: str, world: World) -> str:
    thing = row.arguments[name]
    return thing[1:] if thing.startswith("=") else world.id_of(thing)


def class_of(answer: Any) -> str:
    """Return what an answer means for who asked."""
    goes_to = answer.headers.get("Location", "")
    if answer.status_code == 401 or (answer.status_code == 302 and "/login/?next=" in goes_to):
        return SIGN_IN
    if answer.status_code == 500:
        return "an error"
    return {403: FORBIDDEN, 404: HIDDEN}.get(answer.status_code, OPEN)


@pytest.mark.slow
@pytest.mark.parametrize("door", ["api", "lab", "estimates", "sync", "site", "pages"])
def test_who_gets_through_is_what_the_table_says(
    door: str, world: World, clients: dict[str, APIClient]
) -> None:
    wrong = [
        f"{row.method} /{row.route} as {role}: {got} instead of {expected(row, role)}"
        for row in ROWS
        if door_of(row) == door
        for role, client in clients.items()
        if row.who not in SAME_FOR_ALL or role in ("stranger", "technician", "outsider")
        if (got := answered(client, row, world)) != expected(row, role)
    ]

    assert wrong == [], "\n".join(wrong)


def door_of(row: Row) -> str:
    """Return by which door an address lies."""
    if row.route.startswith("api/v1/"):
        name = row.route.split("/")[2]
        is_estimate = any(word in name for word in ("estimate", "scenario", "contrast"))
        return name if name == "lab" else "estimates" if is_estimate else "api"
    if row.route.startswith("sync/"):
        return "sync"
    return "pages" if row.route.startswith("projects/") else "site"


def test_the_admin_site_is_closed_to_all_but_staff(
    world: World, clients: dict[str, APIClient], field_lead: User
) -> None:
    routes = [
        route
        for route, _ in addresses(get_resolver())
        if route.startswith(ADMIN) and "<" not in route and "login" not in route
    ]

    answers = {
        (route, role): client.get(f"/{route}").status_code
        for route in routes
        for role, client in clients.items()
    }

    assert len(routes) > 10
    assert {key: code for key, code in answers.items() if code not in (302, 403, 404, 405)} == {}
