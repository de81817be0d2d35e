"""What a file is, told by its first bytes and never by its name or by what its sender says.

The marks are those of the formats' own specifications: JPEG (ITU-T T.81), PNG (RFC 2083), TIFF 6.0,
WebP (RFC 9649), HEIF (ISO/IEC 23008-12), PDF (ISO 32000-1).
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 4096  # of a file, enough to tell what it is


@dataclass(frozen=True, kw_only=True)
class MediaType:
    """A kind of file: its name on the wire, and the ending its copies get."""

    name: str
    ending: str

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture."""
        return self.name.startswith("image/")


JPEG = MediaType(name="image/jpeg", ending="jpg")
PNG = MediaType(name="image/png", ending="png")
TIFF = MediaType(name="image/tiff", ending="tif")
WEBP = MediaType(name="image/webp", ending="webp")
HEIC = MediaType(name="image/heic", ending="heic")
PDF = MediaType(name="application/pdf", ending="pdf")
CSV = MediaType(name="text/csv", ending="csv")
TEXT = MediaType(name="text/plain", ending="txt")
UNKNOWN = MediaType(name="application/octet-stream", ending="bin")

KNOWN = {kind.name: kind for kind in (JPEG, PNG, TIFF, WEBP, HEIC, PDF, CSV, TEXT, UNKNOWN)}

_MARKS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"%PDF-", PDF),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"})
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}
_PARTS = b",;\t"


def media_type_of(head: bytes) -> MediaType:
    """Return what a file is that begins with these bytes; UNKNOWN for what is not known."""
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIC
    return _text(head[:HEAD_BYTES])


def _text(head: bytes) -> MediaType:
    """Return which text it is; what a browser might take for a page or a script is none."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character is cut in two at the end of the head
            return UNKNOWN
        text = head[: error.start].decode("utf-8")
    stripped = text.lstrip("\ufeff \t\r\n")
    if not stripped or stripped[0] in "<{" or any(ord(sign) in _CONTROLS for sign in text):
        return UNKNOWN
    first = head.split(b"\n", 1)[0]
    return CSV if any(first.count(mark) for mark in _PARTS) else TEXT
