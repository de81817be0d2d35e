"""A peer beside us: Kinto (kinto-storage.org), on the same PostgreSQL, in the same run.

Both get the same records over HTTP on loopback, from one client and from eight: Kinto by its batch
endpoint, 25 requests a batch (its default) and 200, ours by pushes of 500. What was acknowledged is
then looked for. Kinto is installed by `make peers` into an environment of its own; without it this
says so and ends.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks._world import (
    BATCH,
    TABLES,
    World,
    batch_of_creates,
    packed,
    together,
    world,
)
from rootfield.children import start_child
from rootfield.embedded import BASE_DIR
from rootfield.site import HOST

KINTO = BASE_DIR / "var" / "peers" / "bin"
PORT = 8766
SECONDS = float(os.environ.get("SECONDS_EACH", "10"))
ACCOUNT = "Basic " + base64.b64encode(b"bench:bench").decode()
RECORDS = "/v1/buckets/bench/collections/records/records"
CLIENTS = (1, 8)
KINTO_BATCHES = (25, 200)

SETTINGS = """
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {url}
kinto.storage_pool_size = 10
kinto.userid_hmac_secret = only-for-this-run
multiauth.policies = basicauth
kinto.bucket_create_principals = system.Everyone
kinto.batch_max_requests = 200
kinto.paginate_by = 2000

[server:main]
use = egg:waitress#main
host = {host}
port = {port}
threads = 8

[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


def main() -> int:
    """Print how many records a second each accepted, and how many of them are there."""
    if not (KINTO / "kinto").exists():
        sys.stderr.write("Kinto is not installed: make peers.\n")
        return 0
    with world(devices=8) as site, kinto(site):
        for clients in CLIENTS:
            tell("rootfield", BATCH, clients, *ours(site, clients))
            for size in KINTO_BATCHES:
                tell("kinto", size, clients, *theirs(clients, size))
    return 0


def tell(who: str, size: int, clients: int, acknowledged: int, found: int, seconds: float) -> None:
    """Print one line: records a second, acknowledged, found again, missing."""
    line = {
        "name": who,
        "batch": size,
        "clients": clients,
        "records_per_second": round(acknowledged / seconds, 1),
        "acknowledged": acknowledged,
        "found": found,
        "missing": acknowledged - found,
    }
    print(json.dumps(line), flush=True)


def ours(site: World, clients: int) -> tuple[int, int, float]:
    """Push for some seconds; return what was acknowledged, what is found, and the seconds."""
    before = stored(site)
    told = [0] * clients
    end = time.perf_counter() + SECONDS

    def push(place: int) -> None:
        sender = site.senders[place]
        while time.perf_counter() < end:
            sender.post("push", packed(batch_of_creates(site, sender)))
            told[place] += BATCH

    seconds = together([partial(push, place) for place in range(clients)])
    return sum(told), stored(site) - before, seconds


def stored(site: World) -> int:
    """Return how many records there are."""
    counts = [f"(SELECT count(*) FROM {table})" for table in TABLES.values()]
    (number,) = site.database.execute(f"SELECT {' + '.join(counts)}").fetchone() or (0,)
    return int(number)


def theirs(clients: int, size: int) -> tuple[int, int, float]:
    """Put records by batches for some seconds; return as for ours."""
    before = listed()
    told: list[set[str]] = [set() for _ in range(clients)]
    end = time.perf_counter() + SECONDS

    def put(place: int) -> None:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=120)
        while time.perf_counter() < end:
            ids = [str(uuid.uuid4()) for _ in range(size)]
            requests = [
                {"method": "PUT", "path": f"{RECORDS[3:]}/{one}", "body": {"data": fields(one)}}
                for one in ids
            ]
            _, answer = call(connection, "POST", "/v1/batch", {"requests": requests})
            for one, response in zip(ids, answer.get("responses", ()), strict=False):
                if response["status"] in (200, 201):
                    told[place].add(one)

    seconds = together([partial(put, place) for place in range(clients)])
    acknowledged = set().union(*told)
    return len(acknowledged), len(acknowledged & (listed() - before)), seconds


def fields(one: str) -> dict[str, Any]:
    """Return the fields of a root fraction, as in the pushes beside it."""
    return {
        "collected_at": "2026-05-02T10:11:12+02:00",
        "collected_on": "2026-05-02",
        "date_precision": "day",
        "core_segment": one,
        "kind": "root",
        "living": "living",
        "origin": "crop",
        "species": "Triticum aestivum",
        "lower_diameter_mm": 0.0,
        "upper_diameter_mm": 2.0,
        "sieve_mesh_mm": 0.5,
        "is_picked": True,
        "dry_mass_g": 0.123,
        "dry_mass_as_entered": "0.123",
        "note": "",
    }


def listed() -> set[str]:
    """Return the ids Kinto has, page by page."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=120)
    found: set[str] = set()
    path = f"{RECORDS}?_fields=id&_limit=2000"
    while path:
        headers, answer = call(connection, "GET", path)
        found |= {record["id"] for record in answer.get("data", ())}
        following = headers.get("Next-Page")
        path = following.split(f":{PORT}", 1)[1] if following else ""
    return found


def call(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None
) -> tuple[Any, Any]:
    """Ask Kinto and return the headers and the decoded answer."""
    headers = {"Authorization": ACCOUNT, "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    raw = response.read()
    return response.headers, json.loads(raw or b"{}")


@contextmanager
def kinto(site: World) -> Iterator[None]:
    """Run Kinto on a database of its own in the same PostgreSQL."""
    site.database.execute("CREATE DATABASE kinto")
    home = Path(os.environ["ROOTFIELD_DATA_DIR"])
    settings = home / "kinto.ini"
    url = kinto_url(os.environ["DATABASE_URL"])
    settings.write_text(SETTINGS.format(url=url, host=HOST, port=PORT))
    command = [str(KINTO / "kinto"), "migrate", "--ini", str(settings)]
    subprocess.run(command, check=True, capture_output=True)
    server = start_child(
        "kinto",
        [str(KINTO / "kinto"), "start", "--ini", str(settings), "--port", str(PORT)],
        log=home / "kinto.log",
        directory=home,
    )
    try:
        server.wait_until(is_up, timeout_s=60)
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        for path in ("/v1/buckets/bench", "/v1/buckets/bench/collections/records"):
            call(connection, "PUT", path, {"data": {}})
        yield
    finally:
        server.stop()


def kinto_url(url: str) -> str:
    """Return the address of Kinto's database in the server at a URL, as SQLAlchemy reads it."""
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [""])[0]
    where = f"?host={host}" if host else ""
    return f"postgresql+psycopg2://{parts.netloc}/kinto{where}"


def is_up() -> bool:
    """Return whether Kinto answers."""
    try:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=5)
        connection.request("GET", "/v1/")
        return connection.getresponse().status == 200
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
