"""Files made to hurt: they cost what their bytes cost, and no name leads out of the store."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from sampling.models import Attachment, Plot, StoredFile
from tests.memory import forget_peak, peak_bytes
from tests.pictures import chunk, heic, jpeg, png, webp
from tests.sync.files.sender import Sender, metadata, sha256_of

pytestmark = pytest.mark.django_db

UNFOLDED = 60_000_000
MOST_GROWTH = 16_000_000  # a fraction of what any of them unfolds to
FIELDS = 65_535


def packed(count: int) -> bytes:
    """Return so many zeros, packed."""
    packer = zlib.compressobj(9)
    zeros = bytes(1_000_000)
    pieces = [packer.compress(zeros) for _ in range(count // len(zeros))]
    return b"".join(pieces) + packer.flush()


def zip_of(*names: str, nested: int = 0) -> bytes:
    """Return an archive of files of zeros, at times in archives in archives."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(20_000_000))
    inner = made.getvalue()
    for _ in range(nested):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(8):
                archive.writestr(f"{number}.zip", inner)
        inner = made.getvalue()
    return inner


def tiff(*, width: int, height: int, loops: bool) -> bytes:
    """Return a TIFF of an enormous size; its directories may follow one another in a ring."""
    entries = [
        struct.pack("<HHII", 256, 4, 1, width),
        struct.pack("<HHII", 257, 4, 1, height),
        *[struct.pack("<HHII", 34853, 4, 2**32 - 1, 8)] * (50 if loops else 0),
    ]
    following = 8 if loops else 0
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)
    return b"II*\x00" + struct.pack("<I", 8) + directory


def enormous_png() -> bytes:
    """Return a PNG that says it is 2^31 pixels wide and high, with a few that unfold."""
    edge = 2**31 - 1
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", packed(UNFOLDED))
    return b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b"")


def nested_boxes(depth: int) -> bytes:
    """Return boxes in boxes in boxes, as HEIC has them."""
    box = b""
    for _ in range(depth):
        box = struct.pack(">I", len(box) + 8) + b"meta" + box
    return box


TEXT = b"XML:com.adobe.xmp\x00\x00" + packed(UNFOLDED)
BOMBS: dict[str, Any] = {
    "a PNG of 4 exabytes": enormous_png,
    "a PNG whose text unfolds": lambda: png(chunk(b"zTXt", TEXT)),
    "a PNG of 50,000 chunks": lambda: png(*[chunk(b"tEXt", b"k\x00v")] * 50_000),
    "a chunk longer than its PNG": lambda: png()[:-12] + struct.pack(">I", 2**31) + b"eXIf",
    "a JPEG of 65,535 by 65,535": lambda: jpeg(size=(FIELDS, FIELDS)),
    "a TIFF of 16 exabytes": lambda: tiff(width=2**32 - 1, height=2**32 - 1, loops=False),
    "a TIFF whose directories go in a ring": lambda: tiff(width=9, height=9, loops=True),
    "a WebP of 16 million by 16 million": lambda: webp(size=(2**24, 2**24)),
    "a HEIC of boxes in boxes": lambda: heic(nested_boxes(20_000)),
    "a HEIC of an enormous size": lambda: heic(size=(2**32 - 1, 2**32 - 1)),
    "a gzip of zeros": lambda: gzip.compress(bytes(UNFOLDED), 9),
    "an archive in an archive": lambda: zip_of("zeros", nested=2),
    "an archive whose names lead out": lambda: zip_of("../../etc/passwd", "/etc/passwd", "C:\\x"),
    "a PDF that says it is long": lambda: b"%PDF-1.7\n1 0 obj<</Length 99999999999>>stream\n",
    "nothing but a head": lambda: b"\xff\xd8\xff",
}


def tree(root: Path) -> set[str]:
    """Return the paths of all files below a directory."""
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_kept_as_it_came_and_never_unfolded(
    sender: Sender, files: Path, name: str
) -> None:
    data = BOMBS[name]()
    sender.put(b"warm")
    forget_peak()
    before = peak_bytes()

    answer = sender.put(data)

    assert answer.status_code == 201
    assert peak_bytes() - before < MOST_GROWTH
    stored = StoredFile.objects.get(sha256=sha256_of(data))
    assert stored.size_bytes == len(data) <= 1_048_576
    assert stored.width_px is None or stored.width_px <= 2**32
    kept = f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"
    assert (files / "complete" / kept).read_bytes() == data


NAMES = [
    "../../../../etc/cron.d/root",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\boot.ini",
    "a/b/../../c.jpg",
    ".",
    "..",
    "~root/.ssh/authorized_keys",
    "con.jpg",
    "a\u202egpj.exe",
    'a"; filename="b.html',
    "a\r\nSet-Cookie: x=1",
    "%2e%2e%2fetc%2fpasswd",
    "a" * 255,
    "a\x00.jpg",
    "x" * 5000,
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_a_text_and_never_a_path(
    sender: Sender, files: Path, plot: Plot, tmp_path: Path, name: str
) -> None:
    point = sender.wire.point(plot)
    core = sender.wire.core(point)
    data = b"\xff\xd8\xff" + name.encode()
    attached = sender.attachment(core, data, file_name=name)
    neighbour = sender.wire.core(point)

    statuses = sender.wire.statuses(point, core, attached, neighbour)
    sender.put(data)
    begun = sender.begin(
        data + b"!",
        Upload_Metadata=metadata(sha256=sha256_of(data + b"!"), filename=name, name=name),
    )

    assert statuses[2] in ("applied", "quarantined")
    assert [statuses[0], statuses[1], statuses[3]] == ["applied"] * 3
    assert begun.status_code in (201, 400)
    known = {one.name for one in (files / "unfinished").iterdir()}
    digest = sha256_of(data)
    assert tree(tmp_path) == {
        f"files/complete/{digest[:2]}/{digest[2:4]}/{digest}",
        *(f"files/unfinished/{one}" for one in known),
    }
    assert all(len(one.removesuffix(".turn")) in (32, 36) for one in known)
    if statuses[2] == "applied":
        assert Attachment.objects.get().file_name == name
        answer = sender.ask("GET", sender.address(digest))
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{digest[:16]}.jpg"'
        )
