"""What the steps of a tablet share: its file, its wire, and who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sampling.tablet.files import Files
from sampling.tablet.outbox import Outbox
from sampling.tablet.problems import NotEnrolled
from sampling.tablet.replica import Replica
from sampling.tablet.store import Store
from sampling.tablet.surroundings import Surroundings, uuid7
from sampling.tablet.wire import Wire


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one tablet; methods that write run in their caller's transaction."""

    store: Store
    replica: Replica
    outbox: Outbox
    wire: Wire
    surroundings: Surroundings
    keep_until_backed_up: bool

    @property
    def device(self) -> str:
        """The id of this device; raises NotEnrolled."""
        device = self.store.setting("device")
        if device is None:
            raise NotEnrolled("This tablet has no identity yet: enrol it first.")
        return str(device)

    @property
    def token(self) -> str:
        """The secret that goes with the id."""
        return str(self.store.setting("token"))

    @property
    def backed_up_upto(self) -> int:
        """The number up to which the server has this device's operations in a backup."""
        return int(self.store.setting("backed_up_upto", 0))

    def install(self) -> str:
        """Return the id of this installation, made when it is first asked for."""
        install = self.store.setting("install") or uuid7(self.surroundings)
        self.store.set(install=install)
        return str(install)

    def become(self, document: Mapping[str, Any]) -> None:
        """Take on the identity of an enrolment answer."""
        self.store.set(
            device=document["device"],
            incarnation=document["incarnation"],
            token=document["token"],
            user=document.get("user", self.store.setting("user")),
        )
        self.replica.grant(document.get("scopes", ()))

    def note_epoch(self, answer: Mapping[str, Any]) -> None:
        """Notice that the server was restored from a backup since the last answer.

        Then every scope is read from the start, and every operation the backup may lack is
        unanswered again.
        """
        epoch, known = answer.get("epoch", ""), self.store.setting("epoch", "")
        if epoch in {"", known}:
            return
        self.store.set(epoch=epoch)
        if known:
            self.outbox.reopen(above=self.backed_up_upto)
            Files(self.store).reopen()
            for scope in self.replica.scopes():
                self.replica.reset(scope)

    def forget(self) -> None:
        """Drop the operations that are needed no more."""
        self.outbox.forget(upto=self.backed_up_upto if self.keep_until_backed_up else None)
