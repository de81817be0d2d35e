"""What an error of the database says: that a row breaks a rule, or that it could not work just now.

Only the first is an answer to what was sent. The second passes, and decides nothing.
"""

from __future__ import annotations

from django.db import Error, InterfaceError, OperationalError

PASSING_CLASSES = frozenset({"08", "25", "40", "53", "54", "55", "57", "58", "XX"})
"""SQLSTATE classes (PostgreSQL manual, appendix A) that say nothing about the rows: connection,
transaction state and rollback, resources and limits, locks, an operator's intervention, errors of
the system and of PostgreSQL itself."""

AWAY_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""Those of them that come of a database that stops, starts, is short of something or is busy."""


def is_away(error: Exception) -> bool:
    """Return whether the database could not answer just now, and may in a moment."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state)[:2] in AWAY_CLASSES


def is_passing(error: Error) -> bool:
    """Return whether an error says nothing about what was sent: trying again may well work."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(state)[:2] in PASSING_CLASSES
