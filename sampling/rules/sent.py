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
    except RootfieldError:
        return None
    try:
        pushed = msgspec.json.decode(inflated, type=_Pushed)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_leniently(inflated, op)
    return next((bytes(raw) for raw in pushed.ops if _id_of(raw) == op), None)


def _id_of(raw: msgspec.Raw) -> UUID | None:
    try:
        return msgspec.json.decode(raw, type=_Named).op
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _read_leniently(body: bytes, op: UUID) -> bytes | None:
    """Find an operation among neighbours that only the lenient reader takes, spelled anew."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    operations: Any = document.get("ops") if isinstance(document, dict) else None
    for raw in operations if isinstance(operations, list) else ():
        if isinstance(raw, dict) and _spells(raw.get("op"), op):
            return json.dumps(raw).encode()
    return None


def _spells(text: Any, op: UUID) -> bool:
    try:
        return UUID(text) == op
    except (TypeError, ValueError, AttributeError):
        return False
