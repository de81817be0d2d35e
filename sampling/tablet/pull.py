"""Reading the granted scopes, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sampling.tablet.parts import Parts
from sampling.tablet.problems import AnswerUnreadable, Problem, ReplicaDiffers
from sampling.tablet.reread import Reread
from sampling.tablet.store import to_json


@dataclass(frozen=True, kw_only=True)
class PullReport:
    """What one pull brought: changes, pages, scopes read again as a whole, scopes revoked."""

    changes: int
    pages: int
    restarted: tuple[str, ...]
    purged: tuple[str, ...]


class Pull:
    """One run over the granted scopes."""

    def __init__(self, parts: Parts, *, limit: int, codes_wanted: int) -> None:
        self._parts = parts
        self._limit = limit
        self._codes_wanted = codes_wanted
        self._changes = 0
        self._pages = 0
        self._restarted: list[str] = []
        self._purged: list[str] = []

    def run(self) -> PullReport:
        """Read each scope up to its end, those that are granted meanwhile too."""
        done: set[str] = set()
        while unread := [s for s in self._parts.replica.scopes() if s not in done]:
            scope = unread[0]
            if self._parts.replica.bookmark(scope):
                self._reread(scope)  # a crash was in between
            while self._parts.replica.holds(scope) and not self._reaches_end(scope):
                pass
            done.add(scope)
        self._ask_about_held()
        return PullReport(
            changes=self._changes,
            pages=self._pages,
            restarted=tuple(self._restarted),
            purged=tuple(self._purged),
        )

    def _reaches_end(self, scope: str) -> bool:
        """Read one page and say whether the scope is complete with it."""
        cursor = self._parts.replica.cursor(scope)
        try:
            answer = self._ask(scope, cursor)
        except Problem as problem:
            if problem.status != 410 or cursor is None:
                raise
            self._restart(scope)
            return False
        with self._parts.store.transaction():
            page = self._save(answer, scope)
        if page is None or page["more"]:
            return False
        if self._parts.replica.agrees(scope, page["check"]):
            return True
        if scope in self._restarted:
            raise ReplicaDiffers(f"{scope} differs from the server though read again.")
        self._reread(scope)
        return False

    def _ask(self, scope: str, cursor: str | None) -> dict[str, Any]:
        message: dict[str, Any] = {
            "device": self._parts.device,
            "schema": self._parts.store.setting("schema", ""),
            "limit": self._limit,
            "scopes": {scope: cursor},
            "wait_s": 0,
        }
        if self._codes_wanted:
            message["codes_wanted"] = self._codes_wanted
        answer = self._parts.wire.post("pull", to_json(message), token=self._parts.token)
        self._codes_wanted = 0
        return answer.document

    def _save(self, answer: Mapping[str, Any], scope: str) -> Mapping[str, Any] | None:
        """Save all an answer says; return the page applied, or None if the scope was revoked."""
        parts = self._parts
        parts.note_epoch(answer)
        parts.outbox.save_outcomes(answer.get("op_results", ()))
        parts.replica.grant(answer.get("granted", ()))
        self._obey(answer.get("directives", ()))
        if not parts.replica.holds(scope):
            return None
        pages: list[dict[str, Any]] = answer["scopes"]
        page = next((page for page in pages if page["scope"] == scope), None)
        if page is None:
            raise AnswerUnreadable(f"The answer says nothing about {scope}.")
        self._changes += parts.replica.apply(page)
        self._pages += 1
        parts.forget()
        return page

    def _obey(self, directives: Sequence[Mapping[str, Any]]) -> None:
        for directive in directives:
            if directive["do"] == "purge":
                self._parts.replica.purge(directive["scope"])
                self._purged.append(directive["scope"])

    def _ask_about_held(self) -> None:
        """Ask for the outcomes of held operations whose scope this tablet does not read."""
        parts = self._parts
        number = parts.outbox.first_held_elsewhere()
        while number is not None:
            path = f"devices/self/ops?from={number}"
            answer = parts.wire.get(path, token=parts.token).document
            with parts.store.transaction():
                parts.outbox.save_outcomes(answer.get("ops", ()))
            number = answer.get("next")

    def _reread(self, scope: str) -> None:
        Reread(self._parts, scope).run()
        self._restarted.append(scope)

    def _restart(self, scope: str) -> None:
        with self._parts.store.transaction():
            self._parts.replica.reset(scope)
        self._restarted.append(scope)
