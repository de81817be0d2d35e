"""What can go wrong on a tablet, as one tree.

TabletError
├── NetworkFailure      the request or its answer was lost; sending again is right
│   └── AnswerUnreadable    an answer that stops in the middle or is not JSON
├── Unreachable         every attempt was lost or put off; the outbox is untouched
├── Problem             the server said no, with a problem document
│   └── TokenRefused    the device token is not known (401): enrol again
├── ReplicaDiffers      the replica differs from the server even when read from the start
├── NotEnrolled         a message that needs a device identity, before there is one
└── RecordUnknown       an edit of a record that is not on this tablet
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sampling.tablet.transport import Response


class TabletError(Exception):
    """Something the app has to show or to act on."""


class NetworkFailure(TabletError):
    """The request or its answer was lost; nobody knows which."""


class AnswerUnreadable(NetworkFailure):
    """An answer that stops in the middle or is not JSON; `begun` is what came of it, if known."""

    def __init__(self, detail: str, *, begun: Response | None = None) -> None:
        super().__init__(detail)
        self.begun = begun


class Unreachable(TabletError):
    """Every attempt was lost or put off."""


class ReplicaDiffers(TabletError):
    """The replica of a scope differs from the server even when read from the start."""


class NotEnrolled(TabletError):
    """A message that needs a device identity, before there is one."""


class RecordUnknown(TabletError):
    """An edit of a record that is not on this tablet, or was deleted on it."""


class Problem(TabletError):
    """The server refused; `document` is its problem document (RFC 9457)."""

    def __init__(
        self, status: int, document: Mapping[str, Any], *, retry_after_s: float = 0.0
    ) -> None:
        self.status = status
        self.document = dict(document)
        self.retry_after_s = retry_after_s
        super().__init__(f"{status} {self.code}: {self.document.get('detail', '')}")

    @property
    def code(self) -> str:
        """The stable name of the problem: the end of its `type`."""
        return str(self.document.get("code") or self.document.get("type", "")).rpartition(":")[2]

    @property
    def may_pass(self) -> bool:
        """Whether the same bytes may be accepted later."""
        is_busy = self.status == 409 and self.code == "busy"
        is_full = self.status == 507  # for as long as somebody needs to make room
        return not is_full and (self.status >= 500 or self.status in {408, 429} or is_busy)


class TokenRefused(Problem):
    """The device token is not known: enrol again, the outbox is kept."""
