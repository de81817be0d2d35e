"""Secrets people and tablets carry: made elsewhere at random, kept only as their SHA-256.

An enrolment code is typed or scanned once; it uses the alphabet of specimen codes, in groups of
five, and forgives case, blanks, hyphens, and O, I, L for 0 and 1.
"""

from __future__ import annotations

import hashlib
import hmac
import json

import segno

from sampling.rules.codes import ALPHABET

CODE_LENGTH = 20  # 20 characters of 5 bits: 100 bits, far beyond guessing within a day
_GROUP = 5
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})


def write_enrolment_code(random: bytes) -> str:
    """Return the code for CODE_LENGTH random bytes, such as 7K2QM-...; one character a byte."""
    letters = "".join(ALPHABET[byte & 31] for byte in random[:CODE_LENGTH])
    return "-".join(letters[at : at + _GROUP] for at in range(0, CODE_LENGTH, _GROUP))


def enrolment_code_sha256(typed: str) -> str:
    """Return the digest of the code a person meant, however it was typed."""
    meant = "".join(typed.split()).upper().translate(_READ_AS)
    return hashlib.sha256(meant.encode(errors="replace")).hexdigest()


def token_sha256(token: str) -> str:
    """Return the digest under which a device token is kept, as 64 hex digits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def same_digest(left: str, right: str) -> bool:
    """Return whether two digests are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)


def enrolment_qr(code: str, *, site_url: str) -> str:
    """Return a QR as SVG that tells a tablet where to enrol and with which code."""
    payload = json.dumps({"rootfield": site_url, "code": code}, separators=(",", ":"))
    svg: str = segno.make(payload, error="m", micro=False).svg_inline(scale=6, border=4)
    return svg
