"""What of a database has to be the same after a day was lost and sent again.

Left out are times of arrival and numbers of places in the log: they tell when something came, and
it came twice. What a scope holds, with the revision of each record, has to agree to the last byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from sampling.actions.record_types import record_type
from sampling.models import RECORD_MODELS

_ALWAYS = {
    "operations": (
        "SELECT op, device_id, n, scope, type, record, \"do\", encode(content_sha256, 'hex'),"
        " by_id, at, why FROM sampling_syncoperation"
    ),
    "people": "SELECT id, username, password, is_active FROM sampling_user",
    "memberships": "SELECT user_id, project_id, role FROM sampling_membership",
    "devices": (
        "SELECT id, project_id, user_id, install, incarnation, token_sha256, state, have_upto"
        " FROM sampling_device"
    ),
    "assignments": (
        "SELECT campaign_id, device_id, user_id, mode, generation FROM sampling_assignment"
    ),
}
_IN_ORDER = {
    "outcomes": (
        "SELECT op, CASE status WHEN 'merged' THEN 'applied' ELSE status END"
        " FROM sampling_syncoperation"
    ),
    "conflicts": (
        'SELECT id, operation_id, scope, type, record, kind, "group", device_values,'
        " resolved_by_id FROM sampling_syncconflict"
    ),
    "earlier revisions": "SELECT record, revision, type FROM sampling_recordversion",
    "change log": "SELECT scope, type, record, revision, gone FROM sampling_syncchange",
    "scopes": "SELECT key, live_count, live_sum FROM sampling_syncscope",
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How many rows there are, and the SHA-256 of what has to agree in them."""

    rows: int
    sha256: str


def measures(*, in_order: bool, without: str = "") -> dict[str, Measure]:
    """Return the measures of everything that has to agree, by name.

    Without `in_order` only what does not depend on who sent first: all operations, and all records
    but the one (`without`) that two people changed at once.
    """
    queries = {f"{name} records": _records(name, without) for name in RECORD_MODELS}
    queries.update(_ALWAYS)
    if in_order:
        queries.update(_IN_ORDER)
    return {name: _measured(sql) for name, sql in queries.items()}


def _records(name: str, without: str) -> str:
    """Return the query of all records of a type: content, revision, and whether withdrawn."""
    kept = f" WHERE id <> '{without}'" if without else ""
    return (
        "SELECT to_jsonb(t) - 'received_at' - 'voided_at', voided_at IS NULL"
        f" FROM {record_type(name).table} AS t{kept}"
    )


def _measured(sql: str) -> Measure:
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(
            "SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(line, E'\\n'"
            " ORDER BY line), ''), 'UTF8')), 'hex')"
            f" FROM (SELECT q::text AS line FROM ({sql}) AS q)"
        )
        rows, sha256 = cursor.fetchone()
    return Measure(rows=rows, sha256=sha256)
