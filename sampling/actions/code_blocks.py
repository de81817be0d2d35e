"""Giving out specimen codes, so that tablets name specimens offline and never collide."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Max

from sampling.actions.ledger import announce
from sampling.errors import StateConflict
from sampling.models import CodeBlock, Device, Specimen, SyncEpoch
from sampling.rules.codes import CODE_COUNT, code_block

BLOCK_SIZE = 500  # a technician's good week; a number of the first block is even to read
TOP_UP_BELOW = 250  # unused codes of the last block
_LOCK = 0x52464342  # the advisory lock of whoever gives out codes: "RFCB"


def issue_code_block(device: Device, *, at: datetime, size: int = BLOCK_SIZE) -> CodeBlock:
    """Give the device consecutive codes nobody else has, starting at a multiple of the size.

    Raises StateConflict when no codes are left. Blocks are given out one after the other, also
    when several ask at once.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        first = -(-next_code_number() // size) * size
        if first + size > CODE_COUNT:
            raise StateConflict("No specimen codes are left to give out.")
        block = CodeBlock(
            project_id=device.project_id,
            scope=f"project:{device.project_id}",
            received_at=at,
            device=device,
            first_number=first,
            size=size,
        )
        block.save(force_insert=True)
        announce([block])
    return block


def next_code_number() -> int:
    """Return the first number that was given to nobody, nor may have been before a restore."""
    given = CodeBlock.objects.aggregate(end=Max(F("first_number") + F("size")))["end"] or 0
    skipped = SyncEpoch.objects.aggregate(start=Max("codes_from"))["start"] or 0
    return max(given, skipped)


def top_up_codes(device: Device, *, at: datetime) -> CodeBlock | None:
    """Give the device another block when the last one is nearly used; None when it is not.

    Only the last block is looked at, so the cost does not grow with the specimens stored. The
    device is locked only when it seems to need one.
    """
    if not _run_low(device):
        return None
    with transaction.atomic():
        Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        return issue_code_block(device, at=at) if _run_low(device) else None


def _run_low(device: Device) -> bool:
    last = CodeBlock.objects.filter(device=device).order_by("-first_number").first()
    if last is None:
        return True
    codes = code_block(last.first_number, count=last.size)
    used = Specimen.objects.filter(project=device.project_id, code__in=codes).count()
    return last.size - used < TOP_UP_BELOW
