"""Whatever the schema allows, and much it does not, nobody gets a 500: `make hostile` tries longer.

ROOTFIELD_HOSTILE_EXAMPLES is the number of requests each operation gets from each role; by default
each operation is tried once, the roles taking turns.
"""

from __future__ import annotations

import json
import os
import random
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.generation import GenerationMode

from rootfield.embedded import BASE_DIR
from sampling.models import Campaign, Device, Plot, Project, Site, Study

EXAMPLES = int(os.environ.get("ROOTFIELD_HOSTILE_EXAMPLES", "0"))
ROLES = (
    *("technician", "field_lead", "lab_tech", "verifier", "lab_manager", "analyst"),
    *("steward", "protocol_editor", "protocol_publisher", "admin", "outsider", "nobody"),
)
KINDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SCHEMA = schemathesis.openapi.from_path(BASE_DIR / "docs" / "api" / "openapi.yaml")
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.fixture
def known(project: Project, campaign: Campaign, plot: Plot, site: Site, study: Study) -> Any:
    """Return ids that exist, by the member that would name them."""
    things = {"project": project, "campaign": campaign, "plot": plot, "site": site, "study": study}
    return {name: str(thing.pk) for name, thing in things.items()}


@pytest.fixture
def clients(request: pytest.FixtureRequest, device: Device, device_token: str) -> dict[str, Client]:
    """Return a client for each role; nobody has signed in, the technician's tablet has a token."""
    found = {}
    for role in ROLES:
        headers = {"Authorization": f"Bearer {device_token}"} if role == "technician" else {}
        client = found[role] = Client(raise_request_exception=False, headers=headers)
        if role != "nobody":
            client.force_login(request.getfixturevalue(role))
    return found


def send(client: Client, case: Any, known: dict[str, str]) -> Any:
    """Send a generated request through the whole site; ids that would not exist mostly do."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    headers = {name: str(value) for name, value in (sent.get("headers") or {}).items()}
    kind = headers.pop("Content-Type", "application/json")
    body = sent.get("data", b"")
    if "json" in sent:
        content = sent["json"]
        if isinstance(content, dict):
            content = {**content, **{name: known[name] for name in known.keys() & content.keys()}}
        body = json.dumps(content)
    return client.generic(
        case.method,
        case.formatted_path,
        data=body if isinstance(body, str | bytes) else b"",
        content_type=kind,
        headers={name: text for name, text in headers.items() if text.isprintable()},
        query_params={name: v for name, v in (sent.get("params") or {}).items() if v is not None},
    )


def tried(operation: Any, kind: GenerationMode, client: Client, known: dict[str, str]) -> list[Any]:
    """Send some requests of one operation and return those that broke the server."""
    broke: list[Any] = []

    @settings(
        max_examples=max(1, EXAMPLES),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=not EXAMPLES,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=kind))
    def try_one(case: Any) -> None:
        answer = send(client, case, known)
        if answer.status_code >= 500 or (answer.status_code >= 400 and not has_code(answer)):
            broke.append([operation.label, answer.status_code, case.as_curl_command()[:500]])

    # An operation without parameters takes nothing wrong; the bytes of files are made elsewhere.
    with suppress(Unsatisfiable, SerializationNotPossible):
        try_one()
    return broke


def has_code(answer: Any) -> bool:
    """Say whether a refusal names its reason in a way that programs can read."""
    return bool(answer.headers.get("Allow")) or "code" in json.loads(answer.content)


@pytest.mark.django_db
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("part", range(8))
def test_no_role_gets_a_500_whatever_it_sends(
    part: int, clients: dict[str, Client], known: dict[str, str]
) -> None:
    chance = random.Random(part)
    broke: list[Any] = []
    for operation in OPERATIONS[part::8]:
        kinds = [kind for kind in KINDS if EXAMPLES] or [chance.choice(KINDS)]
        for role in ROLES if EXAMPLES else [chance.choice(ROLES)]:
            for kind in kinds:
                broke += tried(operation, kind, clients[role], known)

    assert broke == []
