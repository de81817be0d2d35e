"""Statements planned once a connection, and several of them sent without a wait between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

Cursor = psycopg.Cursor[Any]
Values = Sequence[Any] | Mapping[str, Any]


class Pipe:
    """Sends statements in a pipeline; each cursor holds its answer once the pipeline has ended."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def send(self, statement: str, values: Values = ()) -> Cursor:
        """Send a statement and return the cursor its answer will be in."""
        cursor = psycopg.Cursor(self._raw)
        cursor.execute(statement, values, prepare=True)
        return cursor


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
        return Pipe(connection.connection).send(statement, values)
