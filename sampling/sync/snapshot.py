"""M4: all live records of a scope as lines of JSON, page by page, without a long transaction.

The head of the scope is read first and told in the first line. Each page is a statement of its own,
in the order of type and id; what changes meanwhile stands above that head in the change log, so a
tablet that pulls from it afterwards misses nothing, however long the reading took.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

import msgspec
from django.core import signing
from django.db import connection

from sampling.actions.ledger import current_epoch
from sampling.actions.record_types import record_type
from sampling.errors import CursorExpired
from sampling.models import RECORD_MODELS, SyncScope
from sampling.sync.pages import record_line
from sampling.sync.pull import SCHEMA, Place

PAGE_ROWS = 1000
PAGE_BYTES = 1024 * 1024
GZIP_LEVEL = 6  # read once a season: small matters more than quick
_FIRST = UUID(int=0)
_signer = signing.Signer(salt="rootfield.sync.snapshot")


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """How far a snapshot was read: behind one record of one type, as of one place in the log."""

    place: Place
    type: str = ""
    record: UUID = _FIRST

    def sealed(self) -> str:
        """Return the bookmark as an opaque text only this server can make."""
        place = self.place
        return _signer.sign_object(
            [place.epoch, place.scope, place.seq, place.generation, self.type, str(self.record)]
        )


def begin(scope: str, *, generation: int) -> Bookmark:
    """Return the start of a snapshot as of this moment."""
    head = SyncScope.objects.filter(key=scope).values_list("seq", flat=True).first() or 0
    return Bookmark(
        place=Place(scope=scope, seq=head, generation=generation, epoch=current_epoch())
    )


def resume(after: str, *, scope: str, generation: int) -> Bookmark:
    """Read a bookmark back; raises CursorExpired for one that says nothing here any more."""
    try:
        epoch, made_for, seq, granted, kind, record = _signer.unsign_object(after)
        known = Bookmark(
            place=Place(scope=made_for, seq=seq, generation=granted, epoch=epoch),
            type=kind,
            record=UUID(record),
        )
    except (signing.BadSignature, ValueError, TypeError):
        raise CursorExpired("This bookmark was not made here.", scope=scope) from None
    now = Place(scope=scope, seq=seq, generation=generation, epoch=current_epoch())
    if known.place != now:
        raise CursorExpired("This snapshot cannot be read on; begin it again.", scope=scope)
    return known


def lines(start: Bookmark) -> Iterator[bytes]:
    """Yield the snapshot in pieces of whole lines, a page at a time."""
    head = {
        "scope": start.place.scope,
        "as_of": start.place.seq,
        "cursor": start.place.sealed(),
        "epoch": start.place.epoch,
        "schema": SCHEMA,
    }
    yield msgspec.json.encode(head) + b"\n"
    mark = start
    for name in types_of(start.place.scope):
        if name < start.type:
            continue
        mark = mark if name == start.type else replace(mark, type=name, record=_FIRST)
        has_more = True
        while has_more:
            page, last, has_more = read_page(mark)
            if last is not None:
                mark = replace(mark, record=last)
                bookmark = msgspec.json.encode({"after": mark.sealed()})
                yield page.encode() + b"\n" + bookmark + b"\n"
    yield b'{"end":true}\n'


def types_of(scope: str) -> list[str]:
    """Return the record types of a scope in the order in which a snapshot holds them."""
    kind = scope.split(":", 1)[0]
    return sorted(name for name, model in RECORD_MODELS.items() if model.scope_kind == kind)


@cache
def page_sql(name: str) -> str:
    """Return the one statement that reads a page of a type; it ends where its bytes do."""
    table = record_type(name).table
    return f"""
        WITH chosen AS MATERIALIZED (
            SELECT id FROM {table}
            WHERE scope = %(scope)s AND id > %(after)s AND voided_at IS NULL
            ORDER BY id LIMIT %(rows)s
        ), open AS MATERIALIZED (
            SELECT record, json_agg(json_build_object('id', id, 'kind', kind,
                'group', "group", 'base', base, 'server', server, 'device', device_values)
                ORDER BY raised_at, id)::text AS conflicts
            FROM sampling_syncconflict WHERE scope = %(scope)s AND resolved_at IS NULL
                AND type = '{name}' AND record IN (SELECT id FROM chosen)
            GROUP BY record
        ), lines AS (
            SELECT t.id, {record_line(name)} AS line
            FROM chosen JOIN {table} AS t ON t.id = chosen.id
            JOIN sampling_syncchange AS p
                ON p.record = t.id AND p.type = '{name}' AND p.scope = %(scope)s
            LEFT JOIN open AS o ON o.record = t.id
        ), sized AS (
            SELECT id, line, sum(octet_length(line)) OVER (ORDER BY id) - octet_length(line)
                AS before FROM lines
        )
        SELECT string_agg(line, E'\\n' ORDER BY id), (array_agg(id ORDER BY id DESC))[1],
            count(*) < (SELECT count(*) FROM lines) OR count(*) = %(rows)s
        FROM sized WHERE before < %(bytes)s
    """


def read_page(mark: Bookmark) -> tuple[str, UUID | None, bool]:
    """Return the records behind a bookmark, the last one's id, and whether more may follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            page_sql(mark.type),
            {
                "scope": mark.place.scope,
                "after": mark.record,
                "rows": PAGE_ROWS,
                "bytes": PAGE_BYTES,
            },
        )
        text, last, has_more = cursor.fetchone()
    return text or "", last, has_more


def packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip stream; what was sent so far can be unpacked so far."""
    stream = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)
    for piece in pieces:
        yield stream.compress(piece) + stream.flush(zlib.Z_SYNC_FLUSH)
    yield stream.flush()
