"""What a file is, how large its picture is, which part of it is asked for."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from sampling.errors import RangeUnsatisfiable
from sampling.rules import media_types
from sampling.rules.byte_ranges import asked_range
from sampling.rules.media_types import media_type_of
from sampling.rules.picture_sizes import pixels_of
from tests.pictures import chunk, exif, heic, jpeg, png, webp


def pixels(data: bytes) -> tuple[int, int] | None:
    return pixels_of(lambda at, count: data[at : at + count], media_type_of(data))


def drawn(kind: str, **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (37, 21), "green").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (jpeg(), media_types.JPEG),
        (png(), media_types.PNG),
        (exif(order="<"), media_types.TIFF),
        (exif(order=">"), media_types.TIFF),
        (webp(), media_types.WEBP),
        (heic(), media_types.HEIC),
        (b"%PDF-1.7\n", media_types.PDF),
        (b"depth_cm,mass_g\n0,1.5\n", media_types.CSV),
        (b"Tiefe;Masse\r\n", media_types.CSV),
        ("Wurzeln gewaschen, 3 °C".encode(), media_types.CSV),
        (b"washed twice\n", media_types.TEXT),
        (b"a" * 4095 + "é".encode(), media_types.TEXT),
        (b"", media_types.UNKNOWN),
        (b"<html><script>alert(1)</script>", media_types.UNKNOWN),
        (b"\xef\xbb\xbf  <svg onload='x'>", media_types.UNKNOWN),
        (b'{"a": 1}', media_types.UNKNOWN),
        (b"PK\x03\x04\x00\x00", media_types.UNKNOWN),
        (b"text\x00with a hole", media_types.UNKNOWN),
        (b"\xff\xfe\x00d", media_types.UNKNOWN),
        (b"RIFF\x00\x00\x00\x00WAVE", media_types.UNKNOWN),
        (b"\x00\x00\x00\x18ftypisom", media_types.UNKNOWN),
    ],
)
def test_a_file_is_what_its_first_bytes_are(head, kind):
    assert media_type_of(head) == kind


def test_a_picture_is_known_as_one():
    assert media_types.HEIC.is_picture
    assert not media_types.PDF.is_picture


@pytest.mark.parametrize(
    "picture",
    [
        drawn("JPEG"),
        drawn("JPEG", progressive=True),
        drawn("PNG"),
        drawn("TIFF"),
        drawn("TIFF", big_tiff=False, compression="tiff_lzw"),
        drawn("WEBP"),
        drawn("WEBP", lossless=True),
        drawn("WEBP", exif=Image.Exif().tobytes() or b"x"),
    ],
)
def test_the_pixels_of_a_real_picture_are_read_from_its_headers(picture):
    assert pixels(picture) == (37, 21)


def test_a_picture_bomb_is_measured_and_not_unpacked():
    head = struct.pack(">2I5B", 60_000, 60_000, 8, 6, 0, 0, 0)  # 14 GB, once unpacked
    bomb = png()[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000)))

    assert pixels(bomb) == (60_000, 60_000)


def test_the_whole_picture_counts_and_not_its_tiles():
    assert pixels(heic(size=(4032, 3024))) == (4032, 3024)


def test_fill_bytes_before_a_marker_are_passed_over():
    picture = jpeg(b"x", size=(5, 7)).replace(b"\xff\xc0", b"\xff\xff\xff\xc0")

    assert pixels(picture) == (5, 7)


@pytest.mark.parametrize(
    "picture",
    [
        b"\xff\xd8\xff\xe1\x00\x04xx",  # ends before its frame
        b"\xff\xd8\xff\xe1\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00",  # no marker follows
        b"\xff\xd8" + b"\xff\xe1\x00\x02" * 600,  # segments without end
        b"\x89PNG\r\n\x1a\n" + bytes(30),
        exif(order="<"),  # a block without a size
        b"RIFF\x00\x00\x00\x00WEBPVP9X" + bytes(20),
        heic()[:12],
        b"%PDF-1.7\n",
    ],
)
def test_what_does_not_say_its_size_has_none(picture):
    assert pixels(picture) is None


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-400", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-400", (0, 99)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("bytes=²-3", None),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(header, part):
    assert asked_range(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_given(header):
    with pytest.raises(RangeUnsatisfiable):
        asked_range(header, 100)
