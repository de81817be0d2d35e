"""A tablet that speaks the wire by hand, well or badly."""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
from typing import Any

from django.test import Client

from sampling.models import Assignment, Campaign, Device, Plot, Project, User
from tests.people import FRIDAY

PUSH = "/sync/v1/push"
PULL = "/sync/v1/pull"


def new_device(project: Project, user: User, *campaigns: Campaign, mode: str = "rw") -> Device:
    """Return an active device whose token is its own id."""
    device_id = uuid.uuid4()
    device = Device.objects.create(
        id=device_id,
        project=project,
        user=user,
        name=f"Tablet {device_id}",
        install=uuid.uuid4(),
        token_prefix="rfd_",
        token_sha256=hashlib.sha256(str(device_id).encode()).hexdigest(),
        enrolled_at=FRIDAY,
    )
    for campaign in campaigns:
        Assignment.objects.create(campaign=campaign, device=device, mode=mode, granted_at=FRIDAY)
    return device


class Wire:
    """One device; counts its operations and sends whatever it is told to."""

    def __init__(self, device: Device, campaign: Campaign, *, token: str = "") -> None:
        self.device, self.scope = device, campaign.capture_scope
        self.token = token or str(device.id)
        self.client = Client()
        self.number = 0

    def op(self, type_name: str, record: Any = None, /, **members: Any) -> dict[str, Any]:
        """Return the next operation: a create unless told otherwise; `chg` may be plain values."""
        self.number += 1
        values = members.pop("values", {})
        return {
            "op": str(uuid.uuid4()),
            "n": self.number,
            "type": type_name,
            "id": str(record or uuid.uuid4()),
            "scope": self.scope,
            "do": "create",
            "base": None,
            "chg": {name: {"to": value} for name, value in values.items()},
            "resolves": [],
            "at": "2026-05-01T10:00:00+02:00",
            "by": str(self.device.user_id),
            "why": "",
        } | members

    def patch(self, of: dict[str, Any], base: Any, /, **changes: Any) -> dict[str, Any]:
        """Return an edit of the record another operation speaks of; `(from, to)` or `to` each."""
        chg = {
            name: {"from": value[0], "to": value[1]} if isinstance(value, tuple) else {"to": value}
            for name, value in changes.items()
        }
        return self.op(of["type"], of["id"], do="patch", base=base, chg=chg)

    def point(self, plot: Plot, **values: Any) -> dict[str, Any]:
        """Return a new sampling point."""
        return self.op("sampling_point", values={"plot": str(plot.pk), "code": "P1", **values})

    def core(self, point: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Return a new core of a point."""
        return self.op(
            "soil_core",
            values={
                "sampling_point": point["id"],
                "code": "C1",
                "inner_diameter_cm": 6.0,
                **values,
            },
        )

    def segment(self, core: dict[str, Any], upper: Any = 0, lower: Any = 30, **values: Any) -> Any:
        """Return a new segment of a core."""
        depths = {"upper_depth_cm": upper, "lower_depth_cm": lower}
        return self.op("core_segment", values={"soil_core": core["id"], **depths, **values})

    def envelope(self, *ops: Any, **members: Any) -> dict[str, Any]:
        """Return the envelope of a push."""
        return {
            "device": str(self.device.id),
            "incarnation": self.device.incarnation,
            "schema": "2026.1",
            "sent_at": "2026-05-01T10:20:00+02:00",
            "mono_ms": 1000,
            "ops": list(ops),
        } | members

    def push(self, *ops: Any, **members: Any) -> Any:
        """Send operations and return the answer."""
        return self.send(json.dumps(self.envelope(*ops, **members)).encode())

    def outcomes(self, *ops: Any) -> list[dict[str, Any]]:
        """Send operations and return their outcomes."""
        answer = self.push(*ops)
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["outcomes"]
        return found

    def statuses(self, *ops: Any) -> list[str]:
        """Send operations and return how each ended."""
        return [outcome["status"] for outcome in self.outcomes(*ops)]

    def send(self, body: bytes, path: str = PUSH, **headers: str) -> Any:
        """Send bytes as they are. `headers` use underscores; an empty one is left out."""
        named = {"Authorization": f"Bearer {self.token}"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json")
        return self.client.generic(
            "POST",
            path,
            data=body,
            content_type=kind,
            headers={name: value for name, value in named.items() if value},
        )

    def send_packed(self, body: bytes) -> Any:
        """Send bytes packed with gzip."""
        return self.send(gzip.compress(body, 1), Content_Encoding="gzip")

    def pull(self, cursors: dict[str, Any] | None = None, **members: Any) -> Any:
        """Ask for what changed; the campaign's scope from its start unless told otherwise."""
        scopes = {self.scope: None} if cursors is None else cursors
        return self.send(
            json.dumps({"device": str(self.device.id), "scopes": scopes, **members}).encode(), PULL
        )

    def page(self, cursor: str | None = None, **members: Any) -> dict[str, Any]:
        """Return one page of the campaign's scope."""
        answer = self.pull({self.scope: cursor}, **members)
        assert answer.status_code == 200, answer.content
        (page,) = answer.json()["scopes"]
        return dict(page)
