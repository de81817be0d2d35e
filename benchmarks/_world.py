"""A site to measure: durable embedded services, a web server, a campaign, and some tablets."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import importlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import psycopg
from uuid_utils.compat import uuid7

from rootfield.children import start_child
from rootfield.embedded import BASE_DIR, embedded_services
from rootfield.site import HOST, is_live

RUNS = 5
BATCH = 500
PORT = 8765
PART_OF_BATCH = {"soil_core": 50, "core_segment": 150, "root_fraction": 300}


@dataclass
class Sender:
    """A tablet reduced to what the server sees: a token, a counter, and a kept connection."""

    device: str
    token: str
    number: int = 0
    connection: http.client.HTTPConnection = field(
        default_factory=lambda: http.client.HTTPConnection(HOST, PORT, timeout=120)
    )

    def post(self, path: str, body: bytes) -> Any:
        """Send a packed body and return the decoded answer; any refusal ends the run."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        }
        try:
            self.connection.request("POST", f"/sync/v1/{path}", body, headers)
            response = self.connection.getresponse()
        except ConnectionError:  # closed while idle; sending again is safe
            self.connection.close()
            self.connection.request("POST", f"/sync/v1/{path}", body, headers)
            response = self.connection.getresponse()
        raw = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {raw[:300]!r}")
        return raw


@dataclass(frozen=True)
class World:
    """The site under measurement."""

    database: psycopg.Connection[Any]
    scope: str
    project: str
    version: str
    point: str
    senders: Sequence[Sender]


@contextmanager
def world(*, devices: int) -> Iterator[World]:
    """Run a site with a campaign and enrolled devices until this ends."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rootfield-bench-")))
        home.chmod(0o755)
        services = stack.enter_context(embedded_services(home))
        os.environ.update(services.environment())
        os.environ["ROOTFIELD_DATA_DIR"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "rootfield.settings"
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], check=True, cwd=BASE_DIR
        )
        command = [
            *(sys.executable, "-m", "gunicorn", "rootfield.wsgi", f"--bind={HOST}:{PORT}"),
            *(
                "--worker-class=gthread",
                "--workers=2",
                "--threads=8",
                "--keep-alive=600",
                "--log-level=warning",
            ),
        ]
        web = start_child("web", command, log=home / "web.log", directory=BASE_DIR)
        stack.callback(web.stop)
        web.wait_until(lambda: is_live(PORT), timeout_s=60)
        database = stack.enter_context(psycopg.connect(services.database_url, autocommit=True))
        yield found(database, devices=devices)


def found(database: psycopg.Connection[Any], *, devices: int) -> World:
    """Set up a project with one plot, one sampling point, and devices that may write."""
    django.setup()
    people = importlib.import_module("benchmarks._people")  # its models need Django set up
    made = people.found_campaign()
    senders = []
    for _ in range(devices):
        token = secrets.token_urlsafe(32)
        device = str(uuid7())
        digest = hashlib.sha256(token.encode()).hexdigest()
        database.execute(
            "INSERT INTO sampling_device (id, project_id, user_id, name, install, model,"
            " app_version, incarnation, token_prefix, token_sha256, state, state_reason,"
            " enrolled_at, have_upto, have_more, backed_up_upto)"
            " VALUES (%s, %s, %s, 'bench', %s, '', '', 1, %s, %s, 'active', '', now(), 0, '[]', 0)",
            [device, made.project, made.user, uuid7(), token[:8], digest],
        )
        database.execute(
            "INSERT INTO sampling_assignment (id, campaign_id, device_id, mode, generation,"
            " granted_at) VALUES (%s, %s, %s, 'rw', 1, now())",
            [uuid7(), made.campaign, device],
        )
        senders.append(Sender(device=device, token=token))
    return World(
        database=database,
        scope=f"campaign:{made.campaign}",
        project=made.project,
        version=made.version,
        point=made.point,
        senders=senders,
    )


def batch_of_creates(world: World, sender: Sender) -> dict[str, Any]:
    """Return an envelope of 500 new records: cores, their segments, their root fractions."""
    cores = [str(uuid7()) for _ in range(PART_OF_BATCH["soil_core"])]
    segments = [str(uuid7()) for _ in range(PART_OF_BATCH["core_segment"])]
    records: list[tuple[str, str, dict[str, Any]]] = []
    for place, core in enumerate(cores):
        records.append(("soil_core", core, core_fields(world, place)))
    for place, segment in enumerate(segments):
        fields = segment_fields(world, cores[place // 3], 30.0 * (place % 3))
        records.append(("core_segment", segment, fields))
    for place in range(PART_OF_BATCH["root_fraction"]):
        fields = fraction_fields(world, segments[place // 2], place)
        records.append(("root_fraction", str(uuid7()), fields))
    return envelope(world, sender, [("create", *record, None) for record in records])


def captured(world: World) -> dict[str, Any]:
    """Return what every captured record carries."""
    return {
        "collected_at": "2026-05-02T10:11:12+02:00",
        "collected_on": "2026-05-02",
        "date_precision": "day",
        "captured_version": world.version,
    }


def core_fields(world: World, place: int) -> dict[str, Any]:
    """Return the fields of a soil core."""
    return captured(world) | {
        "sampling_point": world.point,
        "code": f"C-{place}",
        "corer": "ram corer",
        "inner_diameter_cm": 6.0,
        "cores_composited": 1,
        "driven_length_cm": 90.0,
        "recovered_length_cm": 88.5,
        "note": "dry on top, stones below 40 cm",
    }


def segment_fields(world: World, core: str, upper: float) -> dict[str, Any]:
    """Return the fields of a core segment."""
    return captured(world) | {
        "soil_core": core,
        "code": f"S-{upper:g}",
        "upper_depth_cm": upper,
        "lower_depth_cm": upper + 30.0,
        "recovered_length_cm": 29.5,
        "purpose": "roots",
        "note": "",
    }


def fraction_fields(world: World, segment: str, place: int) -> dict[str, Any]:
    """Return the fields of a root fraction."""
    mass = round(0.123 + place / 1000, 3)
    return captured(world) | {
        "core_segment": segment,
        "kind": "root",
        "living": "living" if place % 2 else "dead",
        "origin": "crop",
        "species": "Triticum aestivum",
        "lower_diameter_mm": 0.0,
        "upper_diameter_mm": 2.0,
        "sieve_mesh_mm": 0.5,
        "is_picked": True,
        "dry_mass_g": mass,
        "dry_mass_as_entered": str(mass),
        "note": "",
    }


def envelope(
    world: World, sender: Sender, operations: Sequence[tuple[str, str, str, dict[str, Any], Any]]
) -> dict[str, Any]:
    """Return a push of (do, type, record, fields, base) with the sender's next numbers."""
    ops = []
    for do, kind, record, fields, base in operations:
        sender.number += 1
        changes = {
            name: value if isinstance(value, dict) and "to" in value else {"to": value}
            for name, value in fields.items()
        }
        ops.append(
            {
                "op": str(uuid7()),
                "n": sender.number,
                "type": kind,
                "id": record,
                "scope": world.scope,
                "do": do,
                "base": base,
                "chg": changes,
                "resolves": [],
                "at": "2026-05-02T10:11:12+02:00",
                "by": None,
                "why": "",
            }
        )
    return {
        "device": sender.device,
        "incarnation": 1,
        "schema": "2026.1",
        "sent_at": "2026-05-02T12:00:00+02:00",
        "mono_ms": 1,
        "ops": ops,
    }


def packed(message: Any) -> bytes:
    """Return a message as a tablet sends it."""
    return gzip.compress(json.dumps(message).encode(), compresslevel=1)


TABLES = {
    "soil_core": "sampling_soilcore",
    "core_segment": "sampling_coresegment",
    "root_fraction": "sampling_rootfraction",
}


class Twins:
    """Tables beside the real ones, with the same columns, keys, indexes and checks, for COPY."""

    def __init__(self, database: psycopg.Connection[Any]) -> None:
        self.database = database
        for table in TABLES.values():
            database.execute(
                f"CREATE TABLE IF NOT EXISTS twin_{table} (LIKE {table} INCLUDING ALL)"
            )

    def dump(self) -> dict[str, bytes]:
        """Return the rows of the real tables as COPY text, one block a table."""
        return {table: self._copy_out(f"COPY {table} TO STDOUT") for table in TABLES.values()}

    def copy_in(self, blocks: dict[str, bytes]) -> float:
        """Copy rows into the emptied twins in one transaction; return the seconds it took."""
        for table in blocks:
            self.database.execute(f"TRUNCATE twin_{table}")
        start = time.perf_counter()
        with self.database.transaction(), self.database.cursor() as cursor:
            for table, rows in blocks.items():
                with cursor.copy(f"COPY twin_{table} FROM STDIN") as copy:
                    copy.write(rows)
        return time.perf_counter() - start

    def _copy_out(self, statement: str) -> bytes:
        with self.database.cursor() as cursor, cursor.copy(statement) as copy:
            return b"".join(bytes(block) for block in copy)


def together(jobs: Sequence[Callable[[], None]]) -> float:
    """Run jobs at the same time, one a thread; return the seconds until all are done."""
    failures: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise failures[0]
    return seconds


def report(name: str, ratios: Sequence[float], unit: str) -> None:
    """Print one benchmark's line."""
    line = {
        "name": name,
        "ratio": round(statistics.median(ratios), 4),
        "runs": [round(ratio, 4) for ratio in ratios],
        "unit": unit,
    }
    print(json.dumps(line), flush=True)
