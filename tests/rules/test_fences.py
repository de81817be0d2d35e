"""What a file tells of its place, and copies that do not."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sampling.rules import fences as module
from sampling.rules.fences import Fence, Fences, fenced, fences_of
from sampling.rules.media_types import media_type_of
from tests.pictures import (
    SECONDS,
    chunk,
    directory,
    exif,
    heic,
    jpeg,
    jpeg_with_place,
    png,
    sums_are_right,
    webp,
)

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="52,0.522N"
 drone-dji:GpsLongtitude = '-0.4126'><exif:GPSLongitude>0,24.756W</exif:GPSLongitude>
 <dc:title>Core 7</dc:title></x:xmpmeta>"""


def found(data: bytes) -> Fences:
    return fences_of(lambda at, count: data[at : at + count], len(data), media_type_of(data))


def copied(data: bytes) -> bytes:
    fences = found(data)
    assert fences.is_certain
    return fenced(data, 0, fences.fences)


def gps_of(picture: bytes) -> dict:
    return dict(Image.open(io.BytesIO(picture)).getexif().get_ifd(0x8825))


def photo(**options) -> bytes:
    """Return a photo a library wrote, with a place and a camera in its Exif."""
    tags = Image.Exif()
    tags[271] = "Camera works"
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 0.0, 31.32), 3: "W", 4: (0.0, 24.0, 45.36)})
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "brown").save(out, exif=tags, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_copy_of_a_photo_has_no_place_and_the_same_picture(kind):
    original = photo(format=kind)

    copy = copied(original)

    assert gps_of(original) != {}
    assert gps_of(copy) == {}
    assert len(copy) == len(original)
    assert Image.open(io.BytesIO(copy)).getexif()[271] == "Camera works"
    before, after = (Image.open(io.BytesIO(data)).tobytes() for data in (original, copy))
    assert after == before


@pytest.mark.parametrize(
    "picture",
    [
        jpeg_with_place(),
        jpeg(b"Exif\x00\x00" + exif(order="<")),
        jpeg(b"Exif\x00\x00" + exif(has_place=False), after=jpeg_with_place()),
        exif(),
        png(chunk(b"eXIf", exif())),
        webp(b"EXIF" + exif(order="<")),
        heic(bytes(4) + b"Exif\x00\x00" + exif()),
        b"%PDF-1.4 ... stream\n" + jpeg_with_place(),
    ],
)
def test_a_place_is_found_wherever_its_block_lies(picture):
    little = SECONDS[3::-1] + SECONDS[:3:-1]
    assert SECONDS in picture or little in picture

    copy = copied(picture)

    assert SECONDS not in copy
    assert little not in copy


def test_a_png_stays_whole_with_a_fence_in_it():
    picture = png(chunk(b"eXIf", exif()), chunk(b"tEXt", b"Title\x00Core 7"))

    copy = copied(picture)

    assert copy != picture
    assert sums_are_right(copy)
    assert b"Core 7" in copy


@pytest.mark.parametrize(
    "hidden",
    [
        chunk(b"zTXt", b"note\x00\x00" + zlib.compress(XMP)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(XMP)),
        chunk(b"tEXt", b"Raw profile type exif\x00\nexif\n 10\n45786966"),
    ],
)
def test_texts_of_a_png_that_cannot_be_searched_are_blanked(hidden):
    picture = png(hidden)

    copy = copied(picture)

    assert sums_are_right(copy)
    assert hidden[-20:-4] not in copy
    assert Image.open(io.BytesIO(copy)).size == (20, 10)


def test_coordinates_in_words_are_blanked_and_the_rest_of_the_words_stays():
    copy = copied(jpeg(b"http://ns.adobe.com/xap/1.0/\x00" + XMP))

    assert b"52,0.522N" not in copy
    assert b"-0.4126" not in copy
    assert b"0,24.756W" not in copy
    assert b"<dc:title>Core 7</dc:title>" in copy


def test_the_place_of_a_film_beside_a_photo_is_blanked():
    copy = copied(jpeg(after=b"\xa9xyz\x00\x15+52.0087-000.4126+050/"))

    assert b"52.0087" not in copy


def test_a_tie_point_of_a_map_is_blanked():
    points = b"TIEPOINTS" * 5 + b"END"
    block = b"II*\x00\x08\x00\x00\x00" + directory([(33922, 12, 6, 26)], "<") + points

    assert b"TIEPOINTS" not in copied(block)


def test_a_table_of_numbers_is_handed_out_as_it_is():
    assert found(b"site,latitude\nSIL,\"latitude='52.1'\"\n") == Fences()


def gps_with(entries: list[tuple[int, int, int, int]], after: bytes = b"") -> bytes:
    block = b"MM\x00*\x00\x00\x00\x08" + directory([(0x8825, 4, 1, 26)], ">")
    return jpeg(b"Exif\x00\x00" + block + directory(entries, ">") + b"rest", after=after)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 a packed folder",
        b"II+\x00\x08\x00\x00\x00",  # a TIFF beyond 4 GiB, which is not read here
        gps_with([(2, 5, 2**20, 8)], after=bytes(70_000)),  # a value wider than any
        jpeg(b"MM\x00*\x00\x00\x00\x08" + directory([(0x8825, 4, 1, 26)], ">") + b"\xff" * 9),
        jpeg(b"MM\x00*" * 600),
        jpeg(b"+52.0087-000.4126/" * 2100),
    ],
)
def test_where_a_place_may_be_hidden_nothing_is_certain(data):
    assert not found(data).is_certain


def test_a_chunk_too_large_to_be_summed_again_makes_nothing_certain(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_CHUNK", 100)

    assert not found(png(chunk(b"eXIf", exif()))).is_certain


def test_what_looks_like_a_place_among_pixels_is_fenced_without_a_new_sum():
    picture = png().replace(b"IEND", b"IDAT")
    among = picture[:-12] + chunk(b"IDAT", b"+52.0087-000.4126/")

    assert b"52.0087" not in copied(among)


def test_directories_that_follow_each_other_for_ever_are_given_up():
    entry = (271, 2, 1, 0)
    block = b"MM\x00*\x00\x00\x00\x08" + directory([entry], ">")[:-4] + b"\x00\x00\x00\x08"

    assert not found(jpeg(b"Exif\x00\x00" + block)).is_certain


def test_an_empty_gps_directory_tells_nothing():
    assert found(gps_with([])) == Fences()


def test_a_value_beyond_the_end_of_the_file_is_fenced_as_far_as_there_is_one():
    fences = found(gps_with([(2, 5, 3, 2**31)]))

    assert fences.is_certain
    assert all(fence.count < 100 for fence in fences.fences)


def test_a_place_on_the_border_of_two_windows_is_found():
    picture = jpeg(after=bytes(module.WINDOW - 1000) + b"+52.0087-000.4126/" * 80)

    assert b"+52.0087" not in copied(picture)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=60),
    spans=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 20)), max_size=5),
    cut=st.integers(1, 20),
)
def test_a_copy_in_pieces_is_the_copy_as_a_whole(data, spans, cut):
    fences = [Fence(at, count, 7) for at, count in spans]

    pieces = [fenced(data[at : at + cut], at, fences) for at in range(0, len(data), cut)]

    assert b"".join(pieces) == fenced(data, 0, fences)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_upset_the_search(data):
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*"):
        found(head + data)
