"""The checksum of a scope, by which a tablet knows that its replica is complete."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def scope_sum(records: Iterable[tuple[str, str, int]]) -> str:
    """Return the sum over (type, id, revision) of the records of a scope, as 16 hex digits.

    Each counts with the first eight bytes, big-endian, of the SHA-256 of the ASCII text
    `type:id:revision`; the sum is modulo 2^64, so the order of the records does not matter.
    """
    total = 0
    for kind, record, revision in records:
        digest = sha256(f"{kind}:{record}:{revision}".encode("ascii")).digest()
        total += int.from_bytes(digest[:8], "big")
    return f"{total % 2**64:016x}"
