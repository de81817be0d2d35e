"""Headers of the resumable upload protocol tus 1.0.0 (https://tus.io/protocols/resumable-upload).

Spoken: the core, and the extensions creation, expiration and checksum.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from sampling.errors import ChecksumMismatch, MalformedRequest
from sampling.rules.record_types import storable_text

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum"
ALGORITHMS = ("sha1", "sha256", "md5")  # tus asks for sha1
MOST_METADATA = 4096  # characters
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """The sum a client announces for the bytes of one request."""

    algorithm: str
    digest: bytes

    def begin(self) -> hashlib._Hash:
        """Return a hash to feed the bytes to."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def check(self, running: hashlib._Hash) -> None:
        """Raise ChecksumMismatch unless the bytes hashed are those announced."""
        if running.digest() != self.digest:
            raise ChecksumMismatch


def read_number(header: str | None, name: str) -> int:
    """Return the whole number a header holds; raises MalformedRequest."""
    if header is None or not _NUMBER.fullmatch(header.strip()):
        raise MalformedRequest(f"{name} must be a whole number.")
    return int(header)


def read_checksum(header: str | None) -> Checksum | None:
    """Return the sum announced as `Upload-Checksum`, or None; raises MalformedRequest."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise MalformedRequest(f"Upload-Checksum knows {', '.join(ALGORITHMS)}.")
    return Checksum(algorithm=algorithm, digest=_from_base64(encoded, "Upload-Checksum"))


def read_metadata(header: str) -> dict[str, str]:
    """Return what `Upload-Metadata` says: keys, each with a text; raises MalformedRequest."""
    if len(header) > MOST_METADATA:
        raise MalformedRequest(f"Upload-Metadata has at most {MOST_METADATA} characters.")
    found: dict[str, str] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if key.isascii() and key:
            value = _from_base64(encoded, "Upload-Metadata").decode("utf-8", "replace")
            found[key] = storable_text(value)
    return found


def read_sha256(text: str) -> str:
    """Return a SHA-256 in 64 lower-case hex digits; raises MalformedRequest."""
    if not _SHA256.fullmatch(text):
        raise MalformedRequest("The SHA-256 of the file is 64 hex digits in lower case.")
    return text


def _from_base64(encoded: str, name: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRequest(f"{name} holds a value that is not base64.") from None
