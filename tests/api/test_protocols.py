from __future__ import annotations

import uuid
from collections.abc import Callable

from rest_framework.test import APIClient

from sampling.models import MethodVersion, Project, ProtocolVersion, User
from tests.protocol_examples import protocol_content

ClientFor = Callable[[User], APIClient]


def test_a_protocol_is_drafted_published_exchanged_and_retired(
    client_for: ClientFor, project: Project, protocol_editor: User, protocol_publisher: User
) -> None:
    editor, publisher = client_for(protocol_editor), client_for(protocol_publisher)
    protocol = editor.post(
        "/api/v1/protocols", {"project": str(project.pk), "slug": "cores", "title": "Cores"}
    ).json()
    body = {"protocol": protocol["id"], "number": "1.0.0", "content": {"core": None}}
    draft = editor.post("/api/v1/protocol-versions", body).json()
    address = f"/api/v1/protocol-versions/{draft['id']}"

    assert len(editor.get(f"{address}/problems").json()) > 5
    assert publisher.post(f"{address}/publish").status_code == 422
    edited = editor.patch(address, {"revision": 1, "content": protocol_content()})
    assert edited.status_code == 200
    assert editor.get(f"{address}/problems").json() == []
    assert editor.post(f"{address}/publish").status_code == 403
    assert publisher.post(f"{address}/publish").json()["state"] == "published"
    assert editor.patch(address, {"revision": 3, "content": {}}).json()["code"] == "content-changed"
    document = editor.get(f"{address}/export").json()
    assert document["content"] == protocol_content()
    assert publisher.post(f"{address}/retire").json()["state"] == "retired"


def test_two_versions_are_compared(
    client_for: ClientFor,
    protocol_version: ProtocolVersion,
    protocol_editor: User,
    other_project: Project,
) -> None:
    client = client_for(protocol_editor)
    content = protocol_content(note="new")
    second = client.post(
        "/api/v1/protocol-versions",
        {"protocol": str(protocol_version.protocol_id), "number": "1.1.0", "content": content},
    ).json()
    address = f"/api/v1/protocol-versions/{protocol_version.pk}/diff"

    found = client.get(f"{address}?against={second['id']}").json()

    assert found == [{"pointer": "/note", "kind": "added", "before": None, "after": "new"}]
    assert client.get(f"{address}?against={uuid.uuid4()}").status_code == 404
    assert client.get(address).status_code == 404


def test_a_document_is_imported_and_a_changed_one_refused(
    client_for: ClientFor,
    protocol_version: ProtocolVersion,
    protocol_editor: User,
    outsider: User,
    other_project: Project,
) -> None:
    document = (
        client_for(protocol_editor)
        .get(f"/api/v1/protocol-versions/{protocol_version.pk}/export")
        .json()
    )
    client = client_for(outsider)
    body = {"project": str(other_project.pk), "document": document}

    taken = client.post("/api/v1/protocol-versions/import", body)
    document["content"] = {}
    damaged = client.post("/api/v1/protocol-versions/import", body)
    elsewhere = client.post(
        "/api/v1/protocol-versions/import",
        {"project": str(protocol_version.project_id), "document": document},
    )

    assert (taken.status_code, taken.json()["state"]) == (201, "draft")
    assert (damaged.status_code, damaged.json()["code"]) == (422, "import-refused")
    assert elsewhere.status_code == 404


def test_protocols_of_another_project_are_not_found(
    client_for: ClientFor, protocol_version: ProtocolVersion, outsider: User
) -> None:
    client = client_for(outsider)
    address = f"/api/v1/protocol-versions/{protocol_version.pk}"
    draft = {"protocol": str(protocol_version.protocol_id), "number": "2.0.0", "content": {}}

    assert client.get(address).status_code == 404
    assert client.post(f"{address}/retire").status_code == 404
    assert client.post("/api/v1/protocol-versions", draft).status_code == 404


def test_a_protocol_has_its_slug_once(
    client_for: ClientFor, protocol_version: ProtocolVersion, protocol_editor: User
) -> None:
    body = {"project": str(protocol_version.project_id), "slug": "root-cores", "title": "Again"}

    answer = client_for(protocol_editor).post("/api/v1/protocols", body)

    assert answer.status_code == 400


def test_a_method_gets_wordings_that_never_change(
    client_for: ClientFor, project: Project, lab_manager: User, outsider: User
) -> None:
    client = client_for(lab_manager)
    method = client.post(
        "/api/v1/methods",
        {"project": str(project.pk), "code": "dry-combustion", "title": "Dry combustion"},
    ).json()
    body = {"method": method["id"], "number": "1", "content": {"temperature_c": 950}}

    first = client.post("/api/v1/method-versions", body)
    again = client.post("/api/v1/method-versions", body)
    foreign = client_for(outsider).post("/api/v1/method-versions", {**body, "number": "2"})

    assert (first.status_code, again.status_code, foreign.status_code) == (201, 400, 404)
    assert first.json()["sha256"] == MethodVersion.objects.get().sha256
    listed = client.get(f"/api/v1/method-versions?project={project.pk}").json()["results"]
    assert [row["number"] for row in listed] == ["1"]
