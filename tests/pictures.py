"""Small pictures made by hand, byte by byte, with places in them where a test wants some."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

# Silsoe, as a telephone writes it: degrees, minutes and seconds as fractions of two whole numbers.
LATITUDE = (52, 1, 0, 1, 3132, 100)
LONGITUDE = (0, 1, 24, 1, 4536, 100)
SECONDS = struct.pack(">2I", 3132, 100)


def exif(
    *, order: str = ">", has_place: bool = True, pixels: tuple[int, int] | None = None
) -> bytes:
    """Return an Exif block: a directory, and a GPS directory with latitude and longitude."""
    entries = [] if pixels is None else [(256, 4, 1, pixels[0]), (257, 4, 1, pixels[1])]
    gps_at = 8 + 2 + 12 * (len(entries) + has_place) + 4
    if has_place:
        entries.append((0x8825, 4, 1, gps_at))
    block = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
    block += directory(entries, order)
    if not has_place:
        return block
    values_at = gps_at + 2 + 12 * 4 + 4
    gps = [(2, 5, 3, values_at), (4, 5, 3, values_at + 24)]
    north, west = (text(order, sign) for sign in (b"N", b"W"))
    block += directory([(1, 2, 2, north), gps[0], (3, 2, 2, west), gps[1]], order)
    return block + struct.pack(f"{order}6I6I", *LATITUDE, *LONGITUDE)


def text(order: str, sign: bytes) -> int:
    """Return the number that stands for a short text in an entry."""
    return int.from_bytes(sign + b"\x00\x00\x00", "little" if order == "<" else "big")


def directory(entries: Sequence[tuple[int, int, int, int]], order: str) -> bytes:
    """Return a directory of TIFF 6.0 with no other after it."""
    body = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return struct.pack(f"{order}H", len(entries)) + body + bytes(4)


def jpeg(*segments: bytes, size: tuple[int, int] = (640, 480), after: bytes = b"") -> bytes:
    """Return what looks like a JPEG: application segments, a frame header, some scan."""
    parts = [b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body for body in segments]
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, size[1], size[0], 1) + b"\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(range(1, 200)) + b"\xff\xd9"
    return b"\xff\xd8" + b"".join(parts) + frame + scan + after


def jpeg_with_place() -> bytes:
    """Return a photo as a telephone takes it."""
    return jpeg(b"Exif\x00\x00" + exif())


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG with its sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, size: tuple[int, int] = (20, 10)) -> bytes:
    """Return a whole PNG: black, with more chunks before its pixels."""
    head = chunk(b"IHDR", struct.pack(">2I5B", *size, 8, 0, 0, 0, 0))
    rows = zlib.compress(bytes((size[0] + 1) * size[1]))
    more = b"".join(chunks)
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def sums_are_right(picture: bytes) -> bool:
    """Return whether every chunk of a PNG has the sum it says."""
    at = 8
    while at < len(picture):
        length = int.from_bytes(picture[at : at + 4], "big")
        stated = int.from_bytes(picture[at + 8 + length : at + 12 + length], "big")
        if zlib.crc32(picture[at + 4 : at + 8 + length]) != stated:
            return False
        at += 12 + length
    return at == len(picture)


def webp(*chunks: bytes, size: tuple[int, int] = (400, 300)) -> bytes:
    """Return what looks like an extended WebP."""
    wide, high = ((side - 1).to_bytes(3, "little") for side in size)
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + wide + high + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic(*boxes: bytes, size: tuple[int, int] = (4032, 3024)) -> bytes:
    """Return what looks like a HEIC: a tile of 512, and the whole picture."""
    tile, whole = (b"ispe" + bytes(4) + struct.pack(">2I", *side) for side in ((512, 512), size))
    return b"\x00\x00\x00\x18ftypheic" + bytes(12) + tile + whole + b"".join(boxes)
