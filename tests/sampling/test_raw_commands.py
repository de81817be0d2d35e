"""Commands on what was kept raw: copies of pushes, and held operations tried again."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sampling.models import Device, Project, SyncBatch, SyncOperation, User
from tests.any_records import AnyRecords
from tests.people import FRIDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def batches(device: Device) -> list[SyncBatch]:
    bodies = [(b'{"ops":[]}', ""), (b"\x1f\x8b packed", "gzip")]
    return [
        SyncBatch.objects.create(
            device=device,
            sha256=hashlib.sha256(body).digest(),
            received_at=FRIDAY,
            body=body,
            encoding=encoding,
            state="applied",
        )
        for body, encoding in bodies
    ]


def test_pushes_are_written_byte_by_byte_with_an_index(
    batches: list[SyncBatch], device: Device, project: Project, tmp_path: Path
) -> None:
    call_command("export_batches", str(tmp_path), project=project.slug, stdout=StringIO())

    index = [json.loads(line) for line in (tmp_path / "index.ndjson").read_text().splitlines()]
    assert [(tmp_path / line["file"]).read_bytes() for line in index] == [
        bytes(batch.body) for batch in batches
    ]
    assert [Path(line["file"]).suffixes for line in index] == [[".json"], [".json", ".gz"]]
    assert {line["device"] for line in index} == {str(device.pk)}


def test_pushes_are_chosen(batches: list[SyncBatch], tmp_path: Path) -> None:
    said = StringIO()
    call_command("export_batches", str(tmp_path / "a"), since="2026-05-02", stdout=said)
    call_command("export_batches", str(tmp_path / "b"), state="applied", stdout=said)

    assert [line.split()[0] for line in said.getvalue().splitlines()] == ["0", "2"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["--project=nobody", "--device=x", "--since=yesterday", "--state=lost"]
)
def test_what_cannot_choose_any_push_is_an_error(tmp_path: Path, asked: str) -> None:
    with pytest.raises(CommandError):
        call_command("export_batches", str(tmp_path), asked)


def test_bytes_that_are_not_those_that_came_are_an_error(device: Device, tmp_path: Path) -> None:
    SyncBatch.objects.create(device=device, sha256=b"other", received_at=FRIDAY, body=b"{}")

    with pytest.raises(CommandError, match="not those that came"):
        call_command("export_batches", str(tmp_path))


def test_held_operations_are_tried_again_once_their_parent_is_there(
    device: Device, project: Project, steward: User, request: pytest.FixtureRequest
) -> None:
    from tests.house.permission_world import World

    world = World(request)
    held: SyncOperation = world["held"]
    point = AnyRecords(project, world["campaign"], device).make("sampling_point")
    body = dict(held.body or {})
    body["chg"]["sampling_point"] = {"to": str(point.pk)}
    SyncOperation.objects.filter(pk=held.pk).update(body=body)
    said = StringIO()

    for reason in ("no-such-code", "sampling_point"):
        call_command("rerun_quarantine", project.slug, by="steward", reason=reason, stdout=said)
    call_command("rerun_quarantine", project.slug, by="steward", stdout=said)

    assert said.getvalue().splitlines() == [
        "0 operations tried",
        "applied: 1",
        "1 operations tried",
        "0 operations tried",
    ]
    with pytest.raises(CommandError):
        call_command("rerun_quarantine", project.slug, by="outsider")
