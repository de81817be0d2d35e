"""What changed for a tablet since its cursors, and what it has to purge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from django.core import signing

from sampling.actions.attachments import missing_files
from sampling.actions.ledger import EPOCH, told_epoch
from sampling.actions.prepared import Cursor, Pipe, ask, pipeline
from sampling.actions.storage import from_json
from sampling.errors import CursorExpired
from sampling.models import Device
from sampling.sync.pages import read_page

SCHEMA = "2026.1"
NOTED_EVERY = dt.timedelta(seconds=30)  # a tablet reads page after page
_PULLED = (
    "UPDATE sampling_device SET last_pull_at = %s"
    " WHERE id = %s AND (last_pull_at IS NULL OR last_pull_at < %s)"
)
_signer = signing.Signer(salt="rootfield.sync.cursor")


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a tablet has read a scope, under which grant of it."""

    scope: str
    seq: int
    generation: int
    epoch: str

    def sealed(self) -> str:
        """Return the place as an opaque cursor only this server can make."""
        return _signer.sign_object([self.epoch, self.scope, self.seq, self.generation])


def unseal(cursor: str, *, scope: str, epoch: str) -> Place:
    """Read a cursor back.

    Raises CursorExpired for one of another scope or life of the database, and for one this server
    did not sign: to start the scope again is what helps in each case.
    """
    try:
        made_in, made_for, seq, generation = _signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        raise CursorExpired("This cursor was not made here.", scope=scope) from None
    if made_for != scope:
        raise CursorExpired("This cursor is of another scope.", scope=scope)
    if made_in != epoch:
        raise CursorExpired(scope=scope)
    return Place(scope=scope, seq=seq, generation=generation, epoch=epoch)


def turn_page(place: Place, *, limit: int) -> tuple[list[bytes], Place]:
    """Return a page of a scope as pieces of JSON, and the place after it."""
    page = read_page(place.scope, after=place.seq, limit=limit)
    after = replace(place, seq=page.last if page.has_more else max(page.head, place.seq))
    content: dict[str, Any] = {
        "scope": place.scope,
        "cursor": after.sealed(),
        "more": page.has_more,
    }
    if not page.has_more:
        content["check"] = {"count": page.live_count, "sum": f"{page.live_sum:016x}"}
    return [_opened(content), b'"changes":[', page.lines, b"]}"], after


def _opened(content: Mapping[str, Any]) -> bytes:
    """Return an object as JSON, open for one more member."""
    return msgspec.json.encode(content)[:-1] + b","


_GENERATIONS = """
    SELECT a.campaign_id, sum(a.generation)::bigint
    FROM sampling_assignment AS a JOIN sampling_campaign AS c ON c.id = a.campaign_id
    WHERE (a.device_id = %s OR a.user_id = %s) AND c.project_id = %s
    GROUP BY a.campaign_id
"""


def grants_of(device: Device, scopes: Mapping[str, str]) -> dict[str, int]:
    """Return the generation of each granted scope: it grows with every grant, never falls.

    A campaign may be granted to the device and to its person, and each grant be renewed.
    """
    grown = ask(_GENERATIONS, [device.pk, device.user_id, device.project_id])
    return dict.fromkeys(scopes, 1) | _by_scope(grown)


def _by_scope(grown: Cursor) -> dict[str, int]:
    return {f"campaign:{campaign}": generation for campaign, generation in grown}


_SETTLED = """
    WITH w AS MATERIALIZED (
        SELECT * FROM unnest(%(scopes)s::text[], %(after)s::bigint[], %(upto)s::bigint[])
            AS w(scope, after, upto)
    ), selves AS MATERIALIZED (
        SELECT f.id FROM sampling_device AS f JOIN sampling_device AS d ON f.id = d.id
            OR (f.project_id = d.project_id AND f.user_id = d.user_id AND f.state = 'closed')
        WHERE d.id = %(device)s
    )
    SELECT s.op, s.status, s.revision, s.seq, s.detail FROM (
        SELECT o.* FROM w JOIN sampling_syncoperation AS o ON o.scope = w.scope
            AND o.settled_seq > w.after AND o.settled_seq <= w.upto AND o.told_in = ''
            WHERE o.device_id IN (SELECT id FROM selves)
        UNION ALL
        SELECT o.* FROM w JOIN sampling_syncoperation AS o ON o.told_in = w.scope
            AND o.settled_seq > w.after AND o.settled_seq <= w.upto AND o.told_in <> ''
            WHERE o.device_id IN (SELECT id FROM selves)
    ) AS s ORDER BY s.n, s.op
"""


def settled_operations(pipe: Pipe, device: UUID, windows: Mapping[str, tuple[int, int]]) -> Cursor:
    """Ask for the held operations of a device that were settled in the pages just read.

    Those of its former selves are its own: it carries on their outbox.
    """
    return pipe.send(
        _SETTLED,
        {
            "scopes": list(windows),
            "after": [after for after, _ in windows.values()],
            "upto": [upto for _, upto in windows.values()],
            "device": device,
        },
    )


def _as_outcomes(settled: Cursor) -> list[dict[str, Any]]:
    """Return outcomes as they travel: members that say nothing are left out."""
    results = []
    for op, status, revision, seq, detail in settled:
        told = {"op": str(op), "status": status, "v": revision, "seq": seq}
        told = {name: value for name, value in told.items() if value is not None}
        results.append({**told, **(from_json(detail) or {})})
    return results


def pull(
    device: Device,
    *,
    scopes: Mapping[str, str],
    asked: Mapping[str, str | None],
    limit: int,
    at: dt.datetime,
) -> bytes:
    """Return as JSON what changed for a device since its cursors, and what it has to purge.

    The pages are put together once, at the end: they are most of it.
    """
    with pipeline() as pipe:
        epoch_told = pipe.send(EPOCH)
        grown = pipe.send(_GENERATIONS, [device.pk, device.user_id, device.project_id])
    epoch = told_epoch(epoch_told)
    generations = dict.fromkeys(scopes, 1) | _by_scope(grown)
    pages: list[bytes] = []
    windows: dict[str, tuple[int, int]] = {}
    for scope in sorted(asked.keys() & scopes.keys()):
        place = _place(asked[scope], scope, generations[scope], epoch)
        page, after = turn_page(place, limit=limit)
        pages += [b"," if pages else b"", *page]
        windows[scope] = (place.seq, after.seq)
    with pipeline() as pipe:
        settled = settled_operations(pipe, device.id, windows)
        missing = missing_files(pipe, windows)
        pipe.send(_PULLED, [at, device.pk, at - NOTED_EVERY])
    content = {
        "epoch": epoch,
        "server_time": at.isoformat(),
        "missing": dict(missing),
        "op_results": _as_outcomes(settled),
        "directives": [
            {"scope": scope, "do": "purge"} for scope in sorted(asked.keys() - scopes.keys())
        ],
        "granted": [{"id": scope, "mode": mode} for scope, mode in sorted(scopes.items())],
        "schema": {"latest": SCHEMA, "rescan": []},
    }
    return b"".join([_opened(content), b'"scopes":[', *pages, b"]}"])


def _place(cursor: str | None, scope: str, generation: int, epoch: str) -> Place:
    """Return where to read on; a grant renewed since the cursor was made starts over."""
    start = Place(scope=scope, seq=0, generation=generation, epoch=epoch)
    if cursor is None:
        return start
    known = unseal(cursor, scope=scope, epoch=epoch)
    return known if known.generation == generation else start
