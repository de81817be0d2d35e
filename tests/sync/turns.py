"""Transactions in threads that stand still at a statement until they are told to go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

WAITS_S = 2.0
"""How long to wait for somebody who may be waiting for a lock."""
LONGEST_S = 60.0


class Turn:
    """Lets one thread run to the end of the first (or a later) of some statements, and stand."""

    def __init__(self, *statements: str, place: int = 1) -> None:
        self.statements, self.left = statements, place
        self.reached = threading.Event()
        self.released = threading.Event()
        self.error: BaseException | None = None

    def started(self, work: Callable[[], Any]) -> threading.Thread:
        """Start work in a thread and return once it stands still; raises if it never does."""

        def run() -> None:
            with connection.execute_wrapper(self._stop):
                work()

        thread = threading.Thread(target=closing(run))
        thread.start()
        assert self.reached.wait(LONGEST_S), f"nothing was heard of {self.statements}"
        return thread

    def go_on(self) -> None:
        """Let the thread finish."""
        self.released.set()

    def _stop(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if any(one in str(sql) for one in self.statements):
            self.left -= 1
            if self.left == 0:
                self._stand_still()
        return result

    def _stand_still(self) -> None:
        self.reached.set()
        assert self.released.wait(LONGEST_S), "nobody let the transaction go on"


def closing(work: Callable[[], Any]) -> Callable[[], None]:
    """Return work for a thread, which closes its connections afterwards."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return run
