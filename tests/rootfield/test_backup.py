"""A backup is one moment, whole or not there; restored, it is that moment again."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from rootfield.backup import restore as restoring
from rootfield.backup import write as writing
from rootfield.backup.errors import BackupDamaged, BackupRefused
from rootfield.backup.restore import restore_backup
from rootfield.backup.tables import contents
from rootfield.backup.write import write_backup
from sampling.actions.code_blocks import issue_code_block
from sampling.actions.ledger import current_epoch
from sampling.models import AuditEvent, Device, Plot, SamplingPoint, SyncBatch, User
from tests.people import FRIDAY
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)
CHANGED = {"sampling_syncepoch", "sampling_auditevent"}


@pytest.fixture
def wire(device: Device, campaign: Any, device_token: str) -> Wire:
    return Wire(device, campaign, token=device_token)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """Return the folder of taken-in files, with one in it and one still on its way."""
    root = tmp_path / "files"
    for name in ("sha256/ab/abc", "uploads/half"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_bytes(name.encode())
    settings.MEDIA_ROOT = str(root)
    return root


@pytest.fixture
def backup(wire: Wire, plot: Plot, files: Path, tmp_path: Path) -> Iterator[Path]:
    """Return the backup of a site on which one record arrived."""
    wire.outcomes(wire.point(plot))
    path = tmp_path / "backup.zip"
    write_backup(path, at=FRIDAY)
    yield path
    connection.close()


def test_restored_the_site_is_what_it_was_under_a_new_life(
    backup: Path, wire: Wire, plot: Plot, files: Path
) -> None:
    before, epoch = contents(), current_epoch()
    last_batch = SyncBatch.objects.get().pk
    (files / "sha256/ab/abc").write_bytes(b"rotten")
    Session.objects.create(session_key="k", session_data="x", expire_date=FRIDAY)
    lost = [wire.point(plot, code=f"L{n}") for n in range(3)]
    wire.outcomes(*lost)
    lost_codes = issue_code_block(Device.objects.get(), at=FRIDAY)

    with pytest.raises(BackupRefused, match="in use"):
        restore_backup(backup, replaces=False, at=timezone.now())
    restore_backup(backup, replaces=True, at=timezone.now())

    after = contents()
    assert {name for name in before if before[name] != after[name]} == CHANGED
    assert current_epoch() != epoch
    assert Device.objects.get().backed_up_upto == Device.objects.get().have_upto == 1
    assert AuditEvent.objects.get(action="backup.restored").subject == "backup.zip"
    assert (files / "sha256/ab/abc").read_bytes() == b"sha256/ab/abc"
    assert {*writing.stored_files(files)} == {"sha256/ab/abc"}
    assert not Session.objects.exists()
    assert wire.statuses(*lost) == ["applied"] * 3
    assert SyncBatch.objects.latest("pk").pk == last_batch + 1
    assert issue_code_block(Device.objects.get(), at=FRIDAY).first_number > (
        lost_codes.first_number + lost_codes.size
    )
    with pytest.raises(DatabaseError, match="never deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM sampling_samplingpoint")


def test_an_empty_database_takes_a_backup_and_refuses_the_next(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    call_command("flush", interactive=False, verbosity=0)
    said = StringIO()

    call_command("restore", str(backup), stdout=said)

    assert said.getvalue().startswith("Restored ")
    assert SamplingPoint.objects.count() == 1
    with pytest.raises(CommandError, match="in use"):
        call_command("restore", str(backup))


def test_tablets_learn_what_a_backup_covers_and_a_failed_one_tells_them_nothing(
    backup: Path, wire: Wire, plot: Plot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = StringIO()
    answer = wire.push(wire.point(plot)).json()["have"]
    assert (answer["upto"], answer["backed_up_upto"]) == (2, 1)

    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(backup))
    with monkeypatch.context() as patch:
        patch.setattr(writing, "stored_files", lambda _root: ["sha256"])  # a folder
        with pytest.raises(CommandError):
            call_command("backup", str(tmp_path / "second.zip"))
    assert Device.objects.get().backed_up_upto == 1
    assert {path.name for path in tmp_path.iterdir()} == {"backup.zip", "files"}

    call_command("backup", str(tmp_path), stdout=said)
    assert "read back and whole" in said.getvalue()
    assert wire.push(wire.point(plot)).json()["have"]["backed_up_upto"] == 2


def test_a_backup_is_one_moment_whatever_is_written_meanwhile(
    wire: Wire, plot: Plot, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.outcomes(wire.point(plot))
    read_table = writing.read_table

    def push_meanwhile(table: Any) -> Any:
        if table.name == "sampling_samplingpoint":
            thread = threading.Thread(target=push_and_leave)
            thread.start()
            thread.join()
        return read_table(table)

    def push_and_leave() -> None:
        wire.outcomes(wire.point(plot, code="P2"))
        connections.close_all()

    monkeypatch.setattr(writing, "read_table", push_meanwhile)
    monkeypatch.setattr(writing, "stored_files", lambda _root: ["sha256/ab/abc", "forgotten"])
    manifest = write_backup(tmp_path / "backup.zip", at=FRIDAY)

    held = {
        name: manifest.tables[f"sampling_{name}"].rows for name in ("samplingpoint", "syncbatch")
    }
    assert held == {"samplingpoint": 1, "syncbatch": 1}
    assert SamplingPoint.objects.count() == 2
    assert (Device.objects.get().have_upto, Device.objects.get().backed_up_upto) == (2, 1)
    assert {*manifest.files} == {"sha256/ab/abc"}


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup anew with its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def manifest_changed(members: dict[str, bytes], **changes: Any) -> None:
    members["manifest.json"] = json.dumps(
        {**json.loads(members["manifest.json"]), **changes}
    ).encode()


DAMAGES: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "a row changed": lambda m: m.update({"tables/sampling_plot": m["tables/sampling_plot"] + b" "}),
    "a table missing": lambda m: m.pop("tables/sampling_plot"),
    "a file left over": lambda m: m.update({"files/x": b""}),
    "no manifest": lambda m: m.pop("manifest.json"),
    "another format": lambda m: manifest_changed(m, format="other-1"),
    "a strange member": lambda m: manifest_changed(m, strange=1),
}


def test_what_is_not_the_backup_that_was_written_changes_nothing(
    backup: Path, tmp_path: Path
) -> None:
    whole, before = backup.read_bytes(), contents()
    refused = []
    for name, damage in DAMAGES.items():
        backup.write_bytes(whole)
        rewritten(backup, damage)
        with pytest.raises(BackupDamaged):
            restore_backup(backup, replaces=True, at=timezone.now())
        refused.append(name)
    backup.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupDamaged):
        restore_backup(backup, replaces=True, at=timezone.now())

    assert refused == list(DAMAGES)
    assert contents() == before


def test_what_the_database_cannot_hold_is_taken_back_whole(
    backup: Path, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    before = contents()

    def without_people(manifest: Any) -> None:
        rewritten(backup, lambda m: m.update({"tables/sampling_user": b""}))

    without_people(None)
    manifest = restoring.read_manifest(backup, is_checked=False)
    monkeypatch.setattr(restoring, "read_manifest", lambda *_a, **_k: manifest)
    with pytest.raises(BackupRefused, match="refused the backup"):
        restore_backup(backup, replaces=True, at=timezone.now())

    rewritten(backup, lambda m: m.update({"tables/sampling_project": m["tables/sampling_user"]}))
    with pytest.raises(BackupRefused):
        restore_backup(backup, replaces=True, at=timezone.now())

    monkeypatch.undo()
    assert contents() == before
    assert User.objects.exists()


def test_a_backup_of_another_release_or_with_files_elsewhere_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    rewritten(backup, lambda m: manifest_changed(m, migrations=[["sampling", "0099_later"]]))
    with pytest.raises(BackupRefused, match="0099_later"):
        restore_backup(backup, replaces=True, at=timezone.now())

    backup.write_bytes(whole)

    def climb(members: dict[str, bytes]) -> None:
        members["files/../../outside"] = members.pop("files/sha256/ab/abc")
        held = json.loads(members["manifest.json"])["files"]
        manifest_changed(members, files={"../../outside": held["sha256/ab/abc"]})

    rewritten(backup, climb)
    with pytest.raises(BackupDamaged, match="outside"):
        restore_backup(backup, replaces=True, at=timezone.now())


def test_a_table_no_model_knows_keeps_a_backup_from_being_written(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (id int)")
    try:
        with pytest.raises(BackupRefused, match="notes"):
            write_backup(tmp_path / "backup.zip", at=FRIDAY)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE notes")
    assert list(tmp_path.iterdir()) == []
