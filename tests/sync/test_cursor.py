"""Whoever writes at the same time: a tablet that reads on from its cursor misses nothing."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from sampling.actions import ledger
from sampling.actions.intake import Actor, accept_operations
from sampling.models import Campaign, Device, Plot, SamplingPoint, SyncChange
from sampling.rules.operations import Operation
from sampling.sync.pull import Place, read_page
from tests.sync.wire import new_device

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, BATCHES, ROWS = 8, 12, 5

_EARLY_SEQUENCE = """
    WITH taken AS MATERIALIZED (
        SELECT r.key, r.number, r.live, r.total, n.last FROM jsonb_to_recordset(%s::jsonb)
            AS r(key text, number bigint, live bigint, total numeric)
        CROSS JOIN LATERAL (
            SELECT max(nextval('early')) AS last FROM generate_series(1, r.number)
        ) AS n
    ), slept AS (SELECT pg_sleep(random() * 0.02)), head AS (
        INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq, live_count, live_sum)
        SELECT key, last, 0, live, 0 FROM taken, slept
        ON CONFLICT (key) DO NOTHING
    )
    SELECT key, last FROM taken, slept
"""
"""Numbers taken from a sequence, as many a system does, some time before the commit."""


class Season:
    """Eight devices that write to one scope while one reader reads on and on."""

    def __init__(self, devices: Sequence[Device], campaign: Campaign, plot: Plot) -> None:
        self.devices, self.scope, self.plot = devices, campaign.capture_scope, plot
        self.errors: list[BaseException] = []
        self.seen: set[uuid.UUID] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        """Write and read at the same time until all is written and the reader was there after."""
        writers = [threading.Thread(target=self._guard, args=[self._write, d]) for d in self.devices]
        reader = threading.Thread(target=self._guard, args=[self._read, None])
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        self.is_over.set()
        reader.join()
        if self.errors:
            raise self.errors[0]

    def _guard(self, work: Any, device: Any) -> None:
        try:
            work(device)
        except BaseException as error:  # noqa: BLE001  (raised again by run, in the test's thread)
            self.errors.append(error)
        finally:
            connections.close_all()

    def _write(self, device: Device) -> None:
        actor = Actor(
            project=device.project_id,
            via="tablet",
            user=device.user_id,
            device=device.id,
            scopes={self.scope: "rw"},
        )
        for batch in range(BATCHES):
            operations = [
                Operation(
                    id=uuid.uuid4(),
                    type="sampling_point",
                    record=uuid.uuid4(),
                    scope=self.scope,
                    do="create",
                    changes={"plot": {"to": str(self.plot.pk)}, "code": {"to": "P"}},
                    number=batch * ROWS + number + 1,
                )
                for number in range(ROWS)
            ]
            accept_operations(operations, actor=actor, received_at=timezone.now())

    def _read(self, _: Any) -> None:
        place = Place(scope=self.scope, seq=0, generation=1, epoch="")
        with connection.cursor() as cursor:
            last = False
            while True:
                last = self.is_over.is_set()
                after = self._page(cursor, place)
                if last and after == place:
                    return
                place = after

    def _page(self, cursor: Any, place: Place) -> Place:
        """Read one page and note what it holds, as a tablet would."""
        _, after = read_page(cursor, place, limit=17)
        cursor.execute(
            "SELECT record FROM sampling_syncchange WHERE scope = %s AND seq > %s AND seq <= %s",
            [self.scope, place.seq, after.seq],
        )
        self.seen |= {record for (record,) in cursor.fetchall()}
        return after
