"""The records of a scope in the order of its change log, as JSON text, from one snapshot."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import psycopg
from django.db import connection

from sampling.actions.record_types import captured_types, record_type
from sampling.models import RECORD_MODELS
from sampling.rules.record_types import Field

MAX_PAGE = 2000
MAX_PAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Page:
    """Records behind a place in the log, and the state of the whole scope beside them.

    `lines` is each record as JSON text, in the order of the log, with commas between; `last` is the
    place of the last of them. A page ends with the record that passes its limit of bytes.
    """

    lines: bytes
    last: int
    has_more: bool
    head: int
    live_count: int
    live_sum: int


def _member(name: str, value: str) -> str:
    """Return the SQL of one member of a JSON object; null where the value is null."""
    return f"',\"{name}\":' || {value}"


def _field(field: Field) -> str:
    """Return the SQL of a field as JSON text: only free text has to be escaped."""
    column = f't."{field.column}"'
    if field.kind in ("number", "integer", "boolean", "json"):
        return _member(field.name, f"{column}::text")
    if field.kind in ("uuid", "date") or field.choices:
        return _member(field.name, f"'\"' || {column} || '\"'")
    return _member(field.name, f"to_json({column})::text")


def record_line(name: str) -> str:
    """Return the SQL of a record as JSON text: table `t`, its place in the log `p`, conflicts `o`.

    `concat` passes over nulls, so that fields without a value are left out. It takes half the
    time of `row_to_json`, and the page is half as long.
    """
    kind = record_type(name)
    members = [_field(field) for field in kind.fields]
    members.append(_member("extra", "nullif(t.extra, '{}')::text"))
    if name in captured_types():
        members.append(_member("device", "'\"' || t.device_id || '\"'"))
    head = f'{{"type":"{name}","id":"'
    return (
        f"concat('{head}', p.record, '\",\"v\":', p.revision, ',\"seq\":', p.seq,"
        f" ',\"data\":{{\"received_at\":', to_json(t.received_at), {', '.join(members)}, '}}',"
        " ',\"conflicts\":' || o.conflicts, '}')"
    )


@cache
def _branch(name: str) -> str:
    """Return the part of the page's statement that renders one record type."""
    return (
        f"SELECT p.seq, {record_line(name)} AS line"
        f" FROM page AS p JOIN {record_type(name).table} AS t ON t.id = p.record"
        " LEFT JOIN open AS o ON o.record = p.record AND o.type = p.type"
        f" WHERE p.type = '{name}' AND p.gone = '' AND p.line IS NULL"
    )


_AS_CREATED = """
    SELECT p.seq, concat('{"type":"', p.type, '","id":"', p.record, '","v":1,"seq":', p.seq,
        ',"data":{', p.line, '}', ',"conflicts":' || o.conflicts, '}')
    FROM page AS p LEFT JOIN open AS o ON o.record = p.record AND o.type = p.type
    WHERE p.line IS NOT NULL
"""


@cache
def page_sql(scope_kind: str) -> str:
    """Return the one statement that reads a page of a scope, in no order, with its head.

    Each row is a place in the log and a record as JSON text, with its open conflicts where it has
    any. The row at place 0 is the scope itself: its head, how many records live in it, their sum,
    how many places were read and the last of them. To put the rows in order and together is left
    to the caller: it takes the database ten times as long.
    """
    names = [name for name, model in RECORD_MODELS.items() if model.scope_kind == scope_kind]
    branches = " UNION ALL ".join(_branch(name) for name in names)
    return f"""
        WITH page AS MATERIALIZED (
            SELECT type, record, seq, revision, gone,
                CASE WHEN revision = 1 AND gone = '' THEN nullif(line, '') END AS line
            FROM sampling_syncchange
            WHERE scope = %(scope)s AND seq > %(after)s ORDER BY seq LIMIT %(limit)s
        ), open AS MATERIALIZED (
            SELECT type, record, json_agg(json_build_object('id', id, 'kind', kind,
                'group', "group", 'base', base, 'server', server, 'device', device_values)
                ORDER BY raised_at, id)::text AS conflicts
            FROM sampling_syncconflict WHERE scope = %(scope)s AND resolved_at IS NULL
                AND record = ANY (ARRAY(SELECT record FROM page))
            GROUP BY type, record
        )
        SELECT 0::bigint AS seq, concat_ws(' ', seq, live_count, live_sum,
            (SELECT count(*) FROM page), (SELECT coalesce(max(seq), 0) FROM page)) AS line
            FROM sampling_syncscope WHERE key = %(scope)s
        UNION ALL {_AS_CREATED}
        UNION ALL SELECT p.seq, json_build_object('type', p.type, 'id', p.record, 'v', p.revision,
            'seq', p.seq, 'gone', p.gone)::text FROM page AS p WHERE p.gone <> ''
        UNION ALL {branches}
    """


def read_page(scope: str, *, after: int, limit: int) -> Page:
    """Return the records of a scope behind a place in its log, at most so many."""
    rows = _rows(scope, after=after, limit=limit)
    if not rows:
        return Page(lines=b"", last=0, has_more=False, head=0, live_count=0, live_sum=0)
    head, live_count, live_sum, count, last = (int(number) for number in rows.pop(0)[1].split())
    lines = [line for _, line in rows]
    ends = list(accumulate(map(len, lines)))
    kept = bisect_left(ends, MAX_PAGE_BYTES) + 1
    is_cut = kept < len(rows)
    return Page(
        lines=b",".join(lines[:kept]),
        last=rows[kept - 1][0] if is_cut else last,
        has_more=is_cut or (count == limit and last < head),
        head=head,
        live_count=live_count,
        live_sum=live_sum,
    )


def _rows(scope: str, *, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return the scope's row and the page's, in the order of the log, as the bytes they came as.

    The statement is planned once a connection: that takes a quarter of its time.
    """
    asked = {"scope": scope, "after": after, "limit": limit}
    statement = page_sql(scope.split(":", 1)[0])
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, asked, prepare=True)
        result = cursor.pgresult
        if result is None:
            return []
        value = result.get_value
        return sorted(
            [(int(value(row, 0) or 0), value(row, 1) or b"") for row in range(result.ntuples)]
        )
