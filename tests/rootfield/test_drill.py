"""A lost day comes back from the tablets, and the drill would notice if it did not."""

from __future__ import annotations

import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from rootfield.drill import practice, scratch
from rootfield.drill.measures import measures
from rootfield.drill.practice import compared, practise
from rootfield.management.commands import drill as command
from sampling.actions import planning
from sampling.models import Campaign, Device, Plot, Project
from tests.people import DEVICE_TOKEN
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")


def test_a_lost_day_comes_back_from_the_tablets(tmp_path: Path) -> None:
    said: list[str] = []

    lines = practise(tmp_path, tablets=3, cores=1, say=said.append)

    assert [line for line in lines if not line.agrees] == []
    assert {line.part for line in lines} == {"restored", "sent again", "in reverse"}
    counts = {(line.part, line.name): line.after for line in lines}
    assert counts["sent again", "operations"] > counts["restored", "sampling_syncoperation"] > 0
    assert counts["sent again", "conflicts"] == 1
    assert said[0].startswith("Day one: ")


def test_the_drill_notices_what_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "conflict_id", lambda _op, _group: uuid.uuid4())

    lines = practise(tmp_path, tablets=3, cores=1)

    differing = {line.name for line in lines if not line.agrees}
    assert differing == {"soil_core records", "outcomes", "conflicts"} | differing
    assert "specimen records" not in differing


def test_every_measure_sees_a_change(project: Project, device: Device, plot: Plot) -> None:
    before = measures(in_order=True)
    wire = Wire(device, Campaign.objects.get(), token=DEVICE_TOKEN)
    point = wire.point(plot)
    wire.outcomes(point, wire.core(point))
    after = measures(in_order=True)

    lines = compared("x", before, after)

    assert {line.name for line in lines if not line.agrees} == {
        "sampling_point records",
        "soil_core records",
        "operations",
        "outcomes",
        "devices",
        "change log",
        "scopes",
    }


def test_a_scratch_database_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "call_command", lambda *_a, **_k: None)
    site = connection.settings_dict["NAME"]

    with scratch.scratch_site() as directory:
        own = connection.settings_dict["NAME"]
        assert connection.introspection.table_names() == []
        assert directory.is_dir()

    assert own != site == connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [own])
        assert cursor.fetchone() == (0,)


def test_the_command_prints_a_table_and_fails_when_something_differs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [
        practice.Line(part="restored", name="people", before=3, after=3, agrees=True),
        practice.Line(part="sent again", name="scopes", before=2, after=1, agrees=False),
        practice.Line(part="sent again", name="stands", before=0, after=0, agrees=True),
    ]
    monkeypatch.setattr(command, "scratch_site", lambda: scratch_at(tmp_path))
    monkeypatch.setattr(command, "practise", lambda *_a, **_k: lines)
    said = StringIO()

    with pytest.raises(CommandError, match="do not agree: scopes"):
        call_command("drill", stdout=said)
    lines.pop(1)
    call_command("drill", stdout=said)
    with pytest.raises(CommandError, match="three tablets"):
        call_command("drill", tablets=2)

    assert "DIFFERS" in said.getvalue()
    assert "stands" not in said.getvalue()
    assert said.getvalue().endswith("All 2 agree (1 of them empty).\n")


class scratch_at:  # noqa: N801
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __enter__(self) -> Path:
        return self.directory

    def __exit__(self, *_exception: object) -> None:
        return None


def test_a_real_backup_is_tried_beside_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "backup.zip"
    call_command("backup", str(path), stdout=StringIO())
    monkeypatch.setattr(command, "scratch_site", lambda: scratch_at(tmp_path))
    said = StringIO()

    call_command("drill", str(path), stdout=said)
    path.write_bytes(b"PK")
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("drill", str(path))

    assert "agree" in said.getvalue()
