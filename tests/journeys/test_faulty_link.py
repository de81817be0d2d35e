"""A day's work over a link that breaks every 200 kB, and the clients of others.

`make link` runs it at full size: 500 cores, 3,000 segments, 40 photos, two scans of 50 MB.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone
from tusclient.client import TusClient

from sampling.actions.devices import issue_enrolment_code
from sampling.models import Attachment, CoreSegment, SoilCore, StoredFile
from sampling.rules.envelope import MAX_OPERATIONS
from sampling.tablet import HttpTransport, Response, Surroundings, Tablet
from tests.journeys.served import served
from tests.pictures import jpeg_with_place
from tests.sync.files.link import FaultyLink
from tests.sync.files.sender import sha256_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

IS_FULL = os.environ.get("ROOTFIELD_LINK") == "full"
CORES, SEGMENTS_EACH = (500, 6) if IS_FULL else (20, 3)
PHOTOS, PHOTO_BYTES = (40, 2_000_000) if IS_FULL else (3, 1_500_000)
SCANS, SCAN_BYTES = (2, 50_000_000) if IS_FULL else (1, 12_000_000)
CUT_AFTER = 200_000
SCAN_CUT_AFTER = 300_000
MOST_MEMORY = 32_000_000 if IS_FULL else 8_000_000  # more than before; less than one scan


class Counted(HttpTransport):
    """Counts the requests that were answered with what they asked for."""

    def __init__(self, base_url: str, *, timeout_s: float) -> None:
        super().__init__(base_url, timeout_s=timeout_s)
        self.answered: Counter[str] = Counter()

    def request(self, method: str, path: str, *rest) -> Response:
        answer = super().request(method, path, *rest)
        self.answered[f"{method} {path}"] += answer.status == 200
        return answer


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "files") as running:
        yield running


@pytest.fixture
def tablet(server, project, technician, admin, campaign, tmp_path):
    """Return a maker of enrolled tablets, each behind a link of its own."""
    links, tablets = [], []

    def make(cut_after: int) -> tuple[Tablet, FaultyLink]:
        _, code = issue_enrolment_code(
            project=project,
            user=technician,
            issued_by=admin,
            device_name="Tablet",
            campaigns=[campaign],
            at=timezone.now(),
        )
        links.append(FaultyLink(server.port, cut_after=cut_after))
        around = Surroundings(sleep=lambda seconds: time.sleep(min(seconds, 0.3)))
        made = Tablet(
            tmp_path / f"{len(links)}.sqlite",
            Counted(links[-1].url, timeout_s=30),
            surroundings=around,
            attempts=20,
        )
        tablets.append(made)
        made.hello()
        made.enrol(code)
        made.pull()
        return made, links[-1]

    yield make
    for made in tablets:
        made._parts.wire._transport.close()
        made.close()
    for link in links:
        link.close()


def picture(count: int, number: int = 0) -> bytes:
    """Return what looks like a photo of so many bytes, with a place, unlike all others."""
    head = jpeg_with_place()
    noise = hashlib.shake_256(str(number).encode()).digest(count - len(head))
    return head + noise


def tell(**figures: object) -> None:
    """Keep the figures of a run where somebody may look for them."""
    if IS_FULL:
        with Path("var/link.jsonl").open("a") as lines:
            lines.write(json.dumps(figures) + "\n")


@pytest.mark.slow
def test_a_day_arrives_over_a_link_that_breaks_every_200_kb(tablet, plot, campaign, tmp_path):
    made, link = tablet(CUT_AFTER)
    scope = campaign.capture_scope
    photos = [picture(PHOTO_BYTES, number) for number in range(PHOTOS)]
    with made.together():
        for number in range(CORES):
            point = made.capture(
                "sampling_point", {"plot": str(plot.pk), "code": f"P{number}"}, scope
            )
            core = made.capture("soil_core", {"sampling_point": point, "code": f"C{number}"}, scope)
            for layer in range(SEGMENTS_EACH):
                depths = {"upper_depth_cm": 10 * layer, "lower_depth_cm": 10 * layer + 10}
                made.capture("core_segment", {"soil_core": core, **depths}, scope)
            if number < PHOTOS:
                path = tmp_path / f"photo {number}.jpg"
                path.write_bytes(photos[number])
                made.attach(path, {"soil_core": core}, scope)

    started, before = time.monotonic(), link.bytes_up
    pushed = made.push()
    trips = made._parts.wire._transport.answered["POST /sync/v1/push"]
    for_records, after_records = link.bytes_up - before, link.bytes_up
    report = made.send_files()
    for_photos = link.bytes_up - after_records
    made.pull()

    tell(
        test="day",
        records=len(pushed.outcomes),
        pushes=trips,
        bytes_of_records=for_records,
        photos=PHOTOS,
        times_each_byte=for_photos / (PHOTOS * PHOTO_BYTES),
        cuts=link.cuts,
        seconds=time.monotonic() - started,
    )
    assert trips == -(-len(pushed.outcomes) // MAX_OPERATIONS)  # 3 for 4,040 operations
    assert pushed.statuses == {"applied": CORES * (2 + SEGMENTS_EACH) + PHOTOS}
    assert (SoilCore.objects.count(), CoreSegment.objects.count()) == (CORES, CORES * SEGMENTS_EACH)
    assert report.sent == PHOTOS
    assert {row.sha256 for row in StoredFile.objects.all()} == {sha256_of(one) for one in photos}
    assert Attachment.objects.count() == PHOTOS
    assert link.cuts >= PHOTOS * PHOTO_BYTES // CUT_AFTER
    assert for_photos < 1.2 * PHOTOS * PHOTO_BYTES


@pytest.mark.slow
def test_scans_arrive_in_bounded_memory_over_a_link_that_breaks(
    tablet, plot, campaign, server, tmp_path
):
    made, link = tablet(SCAN_CUT_AFTER)
    for number in range(SCANS + 1):
        size = 1_000_000 if number == SCANS else SCAN_BYTES
        path = tmp_path / f"scan {number}.jpg"
        path.write_bytes(picture(size, number))
        made.attach(path, {"plot": str(plot.pk), "kind": "root_scan"}, campaign.capture_scope)
    made.push()
    warm_up(made, server)

    server.forget_peak()
    before, started = server.peak_bytes(), time.monotonic()
    report = made.send_files()
    grown = server.peak_bytes() - before

    tell(
        test="scans",
        bytes=SCANS * SCAN_BYTES,
        times_each_byte=link.bytes_up / (SCANS * SCAN_BYTES + 1_000_000),
        cuts=link.cuts,
        memory_grown=grown,
        seconds=time.monotonic() - started,
    )
    assert report.sent == SCANS + 1
    assert set(StoredFile.objects.values_list("place", flat=True)) == {"fenced"}
    assert link.bytes_up < 1.2 * (SCANS * SCAN_BYTES + 1_000_000)
    assert grown < MOST_MEMORY


def warm_up(made: Tablet, server) -> None:
    """Let the server load what its first requests load."""
    for _ in range(8):
        made.pull()
        made.refresh()


@pytest.mark.parametrize("has_checksums", [False, True])
def test_tuspy_uploads_here(server, device, device_token, tmp_path, has_checksums):
    path = tmp_path / "scan.jpg"
    path.write_bytes(picture(700_000))
    client = TusClient(
        f"{server.url}/sync/v1/uploads/", headers={"Authorization": f"Bearer {device_token}"}
    )
    about = {"sha256": sha256_of(path.read_bytes()), "filename": "scan.jpg"}
    with path.open("rb") as file:
        options = {"file_stream": file, "upload_checksum": has_checksums}
        uploader = client.uploader(chunk_size=200_000, metadata=about, **options)
        uploader.upload(stop_at=300_000)
        client.uploader(chunk_size=500_000, url=uploader.url, **options).upload()

    stored = StoredFile.objects.get()
    assert (stored.sha256, stored.size_bytes) == (sha256_of(path.read_bytes()), 700_000)


SCRIPT = """
const tus = require("tus-js-client");
const fs = require("fs");
const [url, path, sha256, token] = process.argv.slice(2);
let cut = true;
const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint: url,
  chunkSize: 200000,
  uploadSize: fs.statSync(path).size,
  retryDelays: [0, 50, 100, 200],
  metadata: { sha256, filename: "scan.jpg" },
  headers: { Authorization: `Bearer ${token}` },
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => { console.log(upload.url); },
});
upload.start();
"""


def test_tus_js_client_uploads_here_over_a_link_that_breaks(server, device, device_token, tmp_path):
    modules = os.environ.get("NODE_PATH", "")
    if not shutil.which("node") or not (Path(modules) / "tus-js-client").is_dir():
        pytest.skip("needs Node, and NODE_PATH naming a folder with tus-js-client")
    link = FaultyLink(server.port, cut_after=450_000)
    path, script = tmp_path / "scan.jpg", tmp_path / "send.cjs"
    path.write_bytes(picture(1_500_000))
    script.write_text(SCRIPT)
    digest = sha256_of(path.read_bytes())

    try:
        ran = subprocess.run(
            ["node", script, f"{link.url}/sync/v1/uploads/", path, digest, device_token],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    finally:
        link.close()

    assert ran.returncode == 0, ran.stderr
    assert "/sync/v1/uploads/" in ran.stdout
    assert link.cuts >= 2
    assert StoredFile.objects.get().sha256 == digest
