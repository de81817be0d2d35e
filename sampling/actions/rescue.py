"""Taking in what a tablet could not send any more, from the file it kept it in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sampling.actions import pushes
from sampling.actions.outbox_files import OutboxFile, read_outbox
from sampling.errors import DeviceForked, DeviceRevoked, NotFound, RootfieldError
from sampling.models import AuditEvent, Device, User
from sampling.rules.envelope import MAX_BODY, MAX_OPERATIONS

_ROOM = 4096  # bytes for the envelope around the operations


@dataclass(kw_only=True)
class Rescue:
    """What became of an outbox file: operations by how each ended, and pushes kept unapplied.

    `held` counts operations of a withdrawn device, which wait for a steward; `problems` says what
    could not be read, by the numbers of the operations.
    """

    device: Device
    operations: int
    outcomes: Counter[str] = field(default_factory=Counter)
    held: int = 0
    problems: list[str] = field(default_factory=list)


def import_outbox(path: Path, *, device: Device | None, by: User, at: dt.datetime) -> Rescue:
    """Push what an outbox file holds, as its tablet would have; safe to repeat.

    The bytes are stored like those of any push before they are judged. Raises ImportRefused for a
    file that is no outbox, NotFound when it is not that of the device, or of none known here.
    """
    outbox = read_outbox(path)
    owner = Device.objects.select_related("user").filter(pk=outbox.device).first()
    if owner is None or (device is not None and owner.pk != device.pk):
        raise NotFound("The outbox in this file is not that of this device.")
    rescue = Rescue(device=owner, operations=len(outbox.operations))
    for batch in _batches(outbox.operations):
        _push(rescue, outbox, batch, by=by, at=at)
    AuditEvent.objects.create(
        at=at,
        project_id=owner.project_id,
        user=by,
        device=owner,
        action="outbox.imported",
        subject_type="device",
        subject=str(owner.pk),
        detail={
            "operations": rescue.operations,
            "outcomes": dict(rescue.outcomes),
            "held": rescue.held,
            "problems": rescue.problems,
        },
    )
    return rescue


def _batches(operations: Sequence[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the operations in pushes within the limits; what is no JSON goes alone."""
    batch: list[tuple[int, bytes]] = []
    size = 0
    for number, body in operations:
        is_json = _is_json(body)
        is_full = len(batch) == MAX_OPERATIONS or size + len(body) > MAX_BODY - _ROOM
        if batch and (is_full or not is_json):
            yield batch
            batch, size = [], 0
        if not is_json:
            yield [(number, body)]
            continue
        batch.append((number, body))
        size += len(body) + 1
    if batch:
        yield batch


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _push(
    rescue: Rescue,
    outbox: OutboxFile,
    batch: Sequence[tuple[int, bytes]],
    *,
    by: User,
    at: dt.datetime,
) -> None:
    head = msgspec.json.encode(
        {"device": outbox.device, "incarnation": outbox.incarnation, "sent_at": ""}
    )
    delivery = pushes.Delivery(
        body=head[:-1] + b',"ops":[' + b",".join(body for _, body in batch) + b"]}",
        encoding="",
        headers={"User-Agent": f"outbox file, brought by {by.username}"},
        received_at=at,
    )
    try:
        _, accepted = pushes.receive_push(rescue.device, delivery)
    except RootfieldError as error:
        if isinstance(error, DeviceRevoked | DeviceForked) and rescue.device.state != "active":
            rescue.held += len(batch)
            return
        numbers = f"{batch[0][0]} to {batch[-1][0]}" if len(batch) > 1 else str(batch[0][0])
        rescue.problems.append(f"Operation {numbers}: {error.detail}")
    else:
        rescue.outcomes.update(accepted.statuses())
