"""How many pixels a picture has, read from its headers; nothing is ever decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sampling.rules import media_types
from sampling.rules.media_types import MediaType

ReadAt = Callable[[int, int], bytes]
"""Reads so many bytes of a file from a place on; fewer at its end."""

Order = Literal["little", "big"]
Size = tuple[int, int]

SEGMENTS = 500  # of a JPEG, looked at before its frame header is given up
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15, T.81 table B.1
_WIDTH, _LENGTH, _SHORT = 256, 257, 3  # tags and a type of TIFF 6.0
_HEIF_META = 256 * 1024  # the part of a HEIF file in which its properties lie


def pixels_of(read: ReadAt, kind: MediaType) -> Size | None:
    """Return width and height in pixels, or None for what has none or does not say."""
    reader = _READERS.get(kind)
    return reader(read) if reader else None


def byte_order(mark: bytes) -> Order:
    """Return the byte order that a TIFF names with its first two bytes."""
    return "little" if mark == b"II" else "big"


def _png(read: ReadAt) -> Size | None:
    head = read(0, 24)
    if head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _jpeg(read: ReadAt) -> Size | None:
    at = 2
    for _ in range(SEGMENTS):
        head = read(at, 9)
        if len(head) < 9 or head[0] != 0xFF:
            return None
        if head[1] in _FRAMES:
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        is_fill = head[1] == 0xFF
        at += 1 if is_fill else 2 + int.from_bytes(head[2:4], "big")
    return None


def _tiff(read: ReadAt) -> Size | None:
    order = byte_order(read(0, 2))
    directory = int.from_bytes(read(4, 4), order)
    entries = read(directory + 2, 12 * int.from_bytes(read(directory, 2), order))
    found: dict[int, int] = {}
    for start in range(0, len(entries) - 11, 12):
        entry = entries[start : start + 12]
        wide = 2 if int.from_bytes(entry[2:4], order) == _SHORT else 4
        found[int.from_bytes(entry[:2], order)] = int.from_bytes(entry[8 : 8 + wide], order)
    if _WIDTH not in found or _LENGTH not in found:
        return None
    return found[_WIDTH], found[_LENGTH]


def _webp(read: ReadAt) -> Size | None:
    head = read(12, 18)
    if head[:4] == b"VP8X":  # both are stored less one, RFC 9649 section 2.7
        return int.from_bytes(head[12:15], "little") + 1, int.from_bytes(head[15:], "little") + 1
    if head[:4] == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":  # RFC 6386 section 9.1
        width, height = (int.from_bytes(head[at : at + 2], "little") for at in (14, 16))
        return width & 0x3FFF, height & 0x3FFF
    if head[:4] == b"VP8L" and head[8:9] == b"\x2f":  # RFC 9649 section 3.4
        bits = int.from_bytes(head[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _heic(read: ReadAt) -> Size | None:
    """Return the largest of the spatial extents: a file may hold tiles and a thumbnail too."""
    meta = read(0, _HEIF_META)
    sizes: list[Size] = []
    at = meta.find(b"ispe")
    while at >= 0:
        width, height = meta[at + 8 : at + 12], meta[at + 12 : at + 16]
        sizes.append((int.from_bytes(width, "big"), int.from_bytes(height, "big")))
        at = meta.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


_READERS: dict[MediaType, Callable[[ReadAt], Size | None]] = {
    media_types.PNG: _png,
    media_types.JPEG: _jpeg,
    media_types.TIFF: _tiff,
    media_types.WEBP: _webp,
    media_types.HEIC: _heic,
}
