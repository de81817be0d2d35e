"""A tablet: enrols, captures offline, pushes and pulls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sampling.tablet.conflicts import Conflicts
from sampling.tablet.files import Files
from sampling.tablet.operations import Conflict, LocalRecord, StoredOperation
from sampling.tablet.outbox import Outbox
from sampling.tablet.parts import Parts
from sampling.tablet.pull import Pull, PullReport
from sampling.tablet.push import Push, PushReport
from sampling.tablet.replica import Replica
from sampling.tablet.send_files import FilesReport, SendFiles
from sampling.tablet.store import Store, to_json
from sampling.tablet.surroundings import Surroundings
from sampling.tablet.transport import Transport
from sampling.tablet.wire import Wire

APP = "reference 1"


@dataclass(frozen=True, kw_only=True)
class TabletStatus:
    """Where the tablet stands: operations kept by status, records by scope, files by state."""

    device: str | None
    user: str | None
    last_n: int
    backed_up_upto: int
    operations: dict[str, int]
    records: dict[str, int]
    open_conflicts: int
    files: dict[str, int]

    @property
    def pending(self) -> int:
        """How many operations the server has not answered."""
        return self.operations.get("pending", 0)


class Tablet:
    """One device with its outbox and replica in one file; for one thread.

    Every method that writes is safe to repeat after a crash at any point. `app` names the app and
    its version, 40 characters at most; the server shows it to whoever looks after the tablets.
    keep_until_backed_up
    keeps answered operations until the server has them in a backup, so that they can be sent
    again when it is restored from one.
    """

    def __init__(
        self,
        path: str | Path,
        transport: Transport,
        *,
        surroundings: Surroundings | None = None,
        attempts: int = 6,
        keep_until_backed_up: bool = True,
        app: str = APP,
    ) -> None:
        around = surroundings or Surroundings()
        self._store = Store(path)
        self._replica = Replica(self._store)
        self._conflicts = Conflicts(self._store)
        self._files = Files(self._store)
        self._outbox = Outbox(self._store, self._replica, around)
        self._app = app
        self._wire = Wire(transport, around, attempts=attempts, app=app)
        self._parts = Parts(
            store=self._store,
            replica=self._replica,
            outbox=self._outbox,
            wire=self._wire,
            surroundings=around,
            keep_until_backed_up=keep_until_backed_up,
        )

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def hello(self) -> dict[str, Any]:
        """Ask what the server speaks; its limits and merge groups are remembered."""
        answer = self._wire.get("").document
        with self._store.transaction():
            self._store.set(limits=answer.get("limits", {}), groups=answer.get("groups", {}))
            self._parts.note_epoch(answer)
        return answer

    def enrol(self, code: str, *, model: str = "") -> dict[str, Any]:
        """Become a device with a one-time code; the outbox is kept, whatever it holds."""
        with self._store.transaction():
            install = self._parts.install()
        about = {"install": install, "model": model, "app": self._app, "protocols": [1]}
        answer = self._wire.post("devices", to_json({"code": code, **about})).document
        with self._store.transaction():
            self._parts.become(answer)
        return answer

    def rebirth(self) -> dict[str, Any]:
        """Become a new device because another uses this identity; operations keep their ids."""
        with self._store.transaction():
            message = {"install": self._parts.install(), "last_n": self._store.setting("last_n", 0)}
        path = f"devices/{self._parts.device}/rebirth"
        answer = self._wire.post(path, to_json(message), token=self._parts.token).document
        with self._store.transaction():
            self._parts.become(answer)
        return answer

    def refresh(self) -> dict[str, Any]:
        """Ask which scopes are granted now; forget those that are not, read new ones on pull."""
        answer = self._wire.get("devices/self", token=self._parts.token).document
        granted = {scope["id"] for scope in answer["scopes"]}
        with self._store.transaction():
            for scope in set(self._replica.scopes()) - granted:
                self._replica.purge(scope)
            self._replica.grant(answer["scopes"])
        return answer

    @contextmanager
    def together(self) -> Iterator[None]:
        """Save all that is captured and edited inside at once, or nothing: a core and its segments.

        Not for messages: they save step by step.
        """
        with self._store.transaction():
            yield

    def capture(
        self,
        kind: str,
        fields: Mapping[str, Any],
        scope: str,
        *,
        record: str | None = None,
        why: str = "",
    ) -> str:
        """Create a record, under a given id or a new one, and return the id.

        The record is on the disk when this returns.
        """
        return self._outbox.capture(kind, fields, scope, record=record, why=why)

    def edit(
        self, kind: str, record: str, fields: Mapping[str, Any], *, why: str = ""
    ) -> str | None:
        """Change fields of a record and return the operation, or None if nothing is new.

        A value may be a SetChange. Raises RecordUnknown.
        """
        return self._outbox.edit(kind, record, fields, why=why)

    def delete(self, kind: str, record: str, *, why: str = "") -> str:
        """Delete a record and return the operation; raises RecordUnknown."""
        return self._outbox.delete(kind, record, why=why)

    def resolve(self, conflict: Conflict, choices: Mapping[str, Any], *, why: str = "") -> str:
        """Decide a conflict and return the operation; fields not chosen stay as stored."""
        return self._outbox.resolve(conflict, choices, why=why)

    def attach(
        self,
        source: str | Path,
        fields: Mapping[str, Any],
        scope: str,
        *,
        record: str | None = None,
        why: str = "",
    ) -> str:
        """Attach a file to what the fields name (`soil_core`, ...), and return the record's id.

        The file is copied; it and the record are on the disk when this returns.
        """
        path = Path(source)
        file = self._files.keep(path)
        about = {"sha256": file.sha256, "size_bytes": file.size_bytes, "file_name": path.name}
        with self._store.transaction():
            self._files.add(file)
            return self._outbox.capture(
                "attachment", {**about, **fields}, scope, record=record, why=why
            )

    def record(self, kind: str, record: str) -> LocalRecord | None:
        """Return a record as this tablet shows it, or None."""
        return self._outbox.view(kind, record)

    def records(self, kind: str) -> list[LocalRecord]:
        """Return all records of a type as this tablet shows them, by id."""
        ids = self._replica.ids(kind) | self._outbox.ids(kind)
        shown = [self._outbox.view(kind, record) for record in sorted(ids)]
        return [local for local in shown if local is not None]

    def operations(self, *statuses: str | None) -> list[StoredOperation]:
        """Return the operations kept, oldest first; None is the status of unanswered ones."""
        return self._outbox.operations(statuses)

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts nobody has decided, this tablet's and those it pulled."""
        return self._conflicts.open()

    def status(self) -> TabletStatus:
        """Return where the tablet stands, without asking the server."""
        return TabletStatus(
            device=self._store.setting("device"),
            user=self._store.setting("user"),
            last_n=self._store.setting("last_n", 0),
            backed_up_upto=self._store.setting("backed_up_upto", 0),
            operations=self._outbox.counts(),
            records=self._replica.counts(),
            open_conflicts=len(self._conflicts.open()),
            files=self._files.counts(),
        )

    def push(self) -> PushReport:
        """Send every unanswered operation and save the outcomes.

        A batch refused as too large is halved; one operation too large by itself is kept as
        rejected and does not hold up the others. Raises NotEnrolled, Problem, Unreachable.
        """
        return Push(self._parts).run()

    def send_files(self) -> FilesReport:
        """Send the files the server may not have, each from where it has it already.

        Best after a push: what a file belongs to is known by then. Raises NotEnrolled, Problem,
        Unreachable; what was sent until then need not be sent again.
        """
        report = SendFiles(self._parts).run()
        with self._store.transaction():
            remove = self._files.forget()
        remove()
        return report

    def pull(self, *, limit: int = 1000, codes_wanted: int = 0) -> PullReport:
        """Read every granted scope up to its end, limit changes a page.

        A page and its cursor are saved together. A scope whose cursor expired is read again from
        the start, one whose checksum differs from its snapshot. With codes_wanted, at most 10,000,
        the server gives out a block of that many specimen codes, and a second one when its answer
        was lost. Raises NotEnrolled, Problem, Unreachable, ReplicaDiffers.
        """
        return Pull(self._parts, limit=limit, codes_wanted=codes_wanted).run()
