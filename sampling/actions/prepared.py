"""Statements planned once a connection, and several of them sent without a wait between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from django.db import connection

Cursor = psycopg.Cursor[Any]
Values = Sequence[Any] | Mapping[str, Any]


class Pipe:
    """Sends statements; each cursor holds its answer, in a pipeline once that has ended.

    Whoever listens to the statements of the connection hears of these too.
    """

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def send(self, statement: str, values: Values = ()) -> Cursor:
        """Send a statement and return the cursor its answer will be in."""
        cursor = psycopg.Cursor(self._raw)
        send = _send
        for listener in reversed(connection.execute_wrappers):
            send = partial(listener, send)
        send(statement, values, False, {"connection": connection, "cursor": cursor})
        return cursor


def _send(statement: str, values: Values, _many: bool, context: Mapping[str, Any]) -> None:
    context["cursor"].execute(statement, values, prepare=True)


@contextmanager
def pipeline() -> Iterator[Pipe]:
    """Open a pipeline on the connection; its end raises what any of its statements raised."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    with connection.wrap_database_errors, raw.pipeline():
        yield Pipe(raw)


def ask(statement: str, values: Values = ()) -> Cursor:
    """Send a statement, and return the cursor its answer is in."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        answer = Pipe(connection.connection).send(statement, values)
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": ""})
    return answer
