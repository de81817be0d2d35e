"""The reference client: the other side of the sync protocol, in plain Python and SQLite.

A `Tablet` keeps an outbox of operations and a replica of the records it may see, in one file that
survives a crash at any step. It imports nothing of the server. `docs/sync/clients.md` explains the
protocol to people who write their own app; this package is its worked example.

Outsiders may use the names below.
"""

from __future__ import annotations

from sampling.tablet.checksum import scope_sum
from sampling.tablet.operations import Conflict, LocalRecord, SetChange, StoredOperation
from sampling.tablet.problems import (
    AnswerUnreadable,
    NetworkFailure,
    NotEnrolled,
    Problem,
    RecordUnknown,
    ReplicaDiffers,
    TabletError,
    TokenRefused,
    Unreachable,
)
from sampling.tablet.pull import PullReport
from sampling.tablet.push import PushReport
from sampling.tablet.send_files import FilesReport
from sampling.tablet.surroundings import Surroundings, uuid7
from sampling.tablet.tablet import Tablet, TabletStatus
from sampling.tablet.transport import HttpTransport, Response, Transport

__all__ = [
    "AnswerUnreadable",
    "Conflict",
    "FilesReport",
    "HttpTransport",
    "LocalRecord",
    "NetworkFailure",
    "NotEnrolled",
    "Problem",
    "PullReport",
    "PushReport",
    "RecordUnknown",
    "ReplicaDiffers",
    "Response",
    "SetChange",
    "StoredOperation",
    "Surroundings",
    "Tablet",
    "TabletError",
    "TabletStatus",
    "TokenRefused",
    "Transport",
    "Unreachable",
    "scope_sum",
    "uuid7",
]
