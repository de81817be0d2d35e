"""Where a file tells the place it was made at, and how a copy is kept from telling it.

A fence overwrites some bytes of a file with one value. The copy keeps its length, so that parts of
it can be asked for, and its picture is not touched. What is looked for: the GPS directory of Exif
(CIPA DC-008 section 4.6.3) in every Exif block, wherever in the file it lies, those of thumbnails
and of second pictures too; the tie points of a GeoTIFF; coordinates in XMP packets; and
coordinates in the words of ISO 6709, as telephones write them beside a film.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sampling.rules import media_types
from sampling.rules.media_types import MediaType
from sampling.rules.picture_sizes import Order, ReadAt, byte_order

WINDOW = 1024 * 1024
OVERLAP = 4096
MOST_FENCES = 2000
MOST_BLOCKS = 500  # that look like Exif
MOST_ENTRIES = 512  # of one directory
MOST_DIRECTORIES = 64  # of one block
WIDEST_VALUE = 64 * 1024
LARGEST_CHUNK = 16 * 1024 * 1024  # of a PNG, that is not pixels

_BLOCK = re.compile(rb"II\*\x00|MM\x00\*")
_BIG_TIFF = (b"II+\x00", b"MM\x00+")
_WORDS = re.compile(
    rb"(?:gps[a-z]{0,24}|latitude|longt?itude)"
    rb"""(?:\s*=\s*["']|>)([0-9nsewtz.,/+\-: ]{1,80})["'<]""",
    re.IGNORECASE,
)
_ISO_6709 = re.compile(rb"[+-]\d{2}(?:\.\d{2,9})[+-]\d{3}(?:\.\d{2,9})(?:[+-][\d.]{1,12})?/")
_GPS_DIRECTORY, _LONG, _IFD = 0x8825, 4, 13
_TIE_POINTS = frozenset({33922, 34264})  # GeoTIFF 1.1: ModelTiepoint, ModelTransformation
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TEXTS = (b"zTXt", b"iTXt", b"tEXt")

_AS_THEY_ARE = frozenset({media_types.CSV, media_types.TEXT})
_LOOKED_INTO = frozenset(
    {
        media_types.JPEG,
        media_types.PNG,
        media_types.TIFF,
        media_types.WEBP,
        media_types.HEIC,
        media_types.PDF,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Fence:
    """Bytes of a file that its copies show as one value."""

    at: int
    count: int
    value: int = 0


@dataclass(frozen=True, kw_only=True)
class Fences:
    """The fences of a file. `is_certain` is False where a place may be told that was not found."""

    fences: tuple[Fence, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry of a directory of TIFF 6.0: a tag with its value, or where that is."""

    tag: int
    type: int
    at: int  # of the value
    size: int
    number: int  # the value itself, or its offset


class _Uncertain(Exception):
    """A place is there and cannot be fenced off."""


def fences_of(read: ReadAt, size: int, kind: MediaType) -> Fences:
    """Return what has to be fenced off in a file of a size in bytes."""
    if kind in _AS_THEY_ARE:
        return Fences()
    if kind not in _LOOKED_INTO or (kind == media_types.TIFF and read(0, 4) in _BIG_TIFF):
        return Fences(is_certain=False)
    try:
        found = sorted(set(_found(read, size)))
        if kind == media_types.PNG:
            found = sorted({*found, *_png_chunks(read, size, found)})
    except _Uncertain:
        return Fences(is_certain=False)
    return Fences(fences=tuple(found))


def fenced(piece: bytes, at: int, fences: Sequence[Fence]) -> bytes:
    """Return a piece of a file, which begins at a place of it, with the fences over it."""
    end = at + len(piece)
    over = [fence for fence in fences if fence.at < end and fence.at + fence.count > at]
    if not over:
        return piece
    copy = bytearray(piece)
    for fence in over:
        first, last = max(fence.at, at) - at, min(fence.at + fence.count, end) - at
        copy[first:last] = bytes([fence.value]) * (last - first)
    return bytes(copy)


def _found(read: ReadAt, size: int) -> Iterator[Fence]:
    """Yield what the windows of a file show; raises _Uncertain for more than can be kept."""
    fences = blocks = 0
    for start in range(0, size, WINDOW):
        window = read(start, WINDOW + OVERLAP)
        blocks += len(_BLOCK.findall(window))
        if blocks > MOST_BLOCKS:
            raise _Uncertain
        for fence in _in_window(read, size, start, window):
            fences += 1
            if fences > MOST_FENCES:
                raise _Uncertain
            yield fence


def _in_window(read: ReadAt, size: int, start: int, window: bytes) -> Iterator[Fence]:
    for match in _BLOCK.finditer(window):
        yield from _in_block(read, size, start + match.start())
    for match in _WORDS.finditer(window):
        first, last = match.span(1)
        yield Fence(start + first, last - first, ord(" "))
    for match in _ISO_6709.finditer(window):
        yield Fence(start + match.start(), len(match.group()), ord(" "))


def _in_block(read: ReadAt, size: int, base: int) -> Iterator[Fence]:
    """Yield what an Exif block, or a TIFF, tells of its place; nothing for what is no such block.

    Offsets within the block count from its base.
    """
    head = read(base, 8)
    order = byte_order(head[:2])
    following = int.from_bytes(head[4:8], order)
    for _ in range(MOST_DIRECTORIES):
        if not 8 <= following < size - base:
            return
        entries, following = _directory(read, size, base, (base + following, order))
        for entry in entries:
            if entry.tag in _TIE_POINTS:
                yield _over(entry)
            if entry.tag == _GPS_DIRECTORY and entry.type in (_LONG, _IFD):
                yield from _gps(read, size, base, (base + entry.number, order))
    raise _Uncertain


def _gps(read: ReadAt, size: int, base: int, where: tuple[int, Order]) -> Iterator[Fence]:
    """Yield the GPS directory, so that it becomes an empty one, and its values."""
    entries, _ = _directory(read, size, base, where)
    at = where[0]
    if not entries:
        if not any(read(at, 2)):
            return  # empty, or beyond the end of the file
        raise _Uncertain
    yield Fence(at, 2 + 12 * len(entries))
    for entry in entries:
        yield _over(entry)


def _over(entry: _Entry) -> Fence:
    """Return the fence over a value; raises _Uncertain for one that could hide a picture."""
    if entry.size > WIDEST_VALUE:
        raise _Uncertain
    return Fence(entry.at, entry.size)


def _directory(
    read: ReadAt, size: int, base: int, where: tuple[int, Order]
) -> tuple[list[_Entry], int]:
    """Return the entries of a directory and where the next is; none if it cannot be one."""
    at, order = where
    count = int.from_bytes(read(at, 2), order)
    body = read(at + 2, 12 * count + 4) if 0 < count <= MOST_ENTRIES else b""
    if len(body) < 12 * count:
        return [], 0
    entries = []
    for start in range(0, 12 * count, 12):
        raw = body[start : start + 12]
        kind = int.from_bytes(raw[2:4], order)
        wide = _TYPE_SIZES.get(kind, 0) * int.from_bytes(raw[4:8], order)
        number = int.from_bytes(raw[8:12], order)
        place = at + 2 + start + 8 if wide <= 4 else base + number
        entries.append(
            _Entry(
                tag=int.from_bytes(raw[:2], order),
                type=kind,
                at=place,
                size=max(0, min(wide, size - place)),
                number=number,
            )
        )
    return entries, int.from_bytes(body[12 * count : 12 * count + 4], order)


def _png_chunks(read: ReadAt, size: int, found: Sequence[Fence]) -> Iterator[Fence]:
    """Yield the fences over texts that may be packed, and the sums of chunks that are changed.

    A reader of PNG drops a chunk whose sum is wrong (RFC 2083 section 3.4), or the whole file.
    """
    at = 8
    while at + 12 <= size:
        head = read(at, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        fences = [one for one in found if at < one.at < at + 8 + length]
        if kind in _TEXTS and _is_packed(read(at + 8, min(length, 100)), kind):
            # With a small second letter it is a private chunk, which readers pass over.
            fences = [Fence(at + 5, 1, ord(kind[1:2].lower())), Fence(at + 8, length)]
        if fences and kind != b"IDAT":
            if length > LARGEST_CHUNK:
                raise _Uncertain
            yield from fences
            data = fenced(read(at + 4, 4 + length), at + 4, fences)
            total = zlib.crc32(data).to_bytes(4, "big")
            yield from (Fence(at + 8 + length + i, 1, part) for i, part in enumerate(total))
        at += 12 + length


def _is_packed(data: bytes, kind: bytes) -> bool:
    """Return whether a text chunk may hold metadata in a form that cannot be searched."""
    keyword, _, rest = data.partition(b"\x00")
    is_packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\x01")
    return is_packed or keyword.startswith(b"Raw profile type")
