"""Finding one operation again in the bytes a tablet pushed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec

from sampling.errors import RootfieldError
from sampling.rules.envelope import inflate


class _Pushed(msgspec.Struct):
    ops: list[msgspec.Raw]


class _Named(msgspec.Struct):
    op: UUID


def as_sent(body: bytes, encoding: str, op: UUID) -> bytes | None:
    """Return an operation as the JSON text a push held it in, or None when it does not.

    Where several carry the id, the first is what was judged.
    """
    try:
        inflated = inflate(body, encoding)
        pushed = msgspec.json.decode(inflated, type=_Pushed)
    except RootfieldError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_leniently(inflated, op)
    return next((bytes(raw) for raw in pushed.ops if _id_of(raw) == op), None)


def _id_of(raw: msgspec.Raw) -> UUID | None:
    try:
        return msgspec.json.decode(raw, type=_Named).op
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _read_leniently(body: bytes, op: UUID) -> bytes | None:
    """Find an operation in a push with halves of surrogate pairs; it is spelled anew."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    operations: Any = document.get("ops") if isinstance(document, dict) else None
    for raw in operations if isinstance(operations, list) else ():
        if isinstance(raw, dict) and str(raw.get("op")).lower() == str(op):
            return json.dumps(raw).encode()
    return None
