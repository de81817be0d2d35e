"""Whoever writes at the same time: a tablet that reads on from its cursor misses nothing."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from sampling.actions import ledger
from sampling.actions.intake import Actor, accept_operations
from sampling.models import Campaign, Device, Plot, Project, SamplingPoint, User
from sampling.rules.operations import Operation
from sampling.sync.pull import Place, turn_page
from tests.sync.wire import new_device

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, BATCHES, ROWS = 8, 12, 5

_EARLY_SEQUENCE = """
    WITH taken AS MATERIALIZED (
        SELECT r.key, nextval('early_seq') AS last FROM jsonb_to_recordset(%s::jsonb) AS r(key text)
    ), slept AS MATERIALIZED (
        SELECT key, last, pg_sleep(random() * 0.03) FROM taken
    )
    INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq, live_count, live_sum)
    SELECT key, last, 0, 0, 0 FROM slept
    ON CONFLICT (key) DO UPDATE SET seq = greatest(s.seq, EXCLUDED.seq)
    RETURNING key, (SELECT last FROM taken)
"""
"""Numbers from a sequence, taken some time before the commit: what the counter is not."""


class Season:
    """Eight devices that write to one scope while one reader reads on and on."""

    def __init__(self, devices: Sequence[Device], campaign: Campaign, plot: Plot) -> None:
        self.devices, self.scope, self.plot = devices, campaign.capture_scope, plot
        self.seen: set[str] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        """Write and read at the same time until all is written and the reader was there after."""
        with ThreadPoolExecutor(len(self.devices) + 1) as pool:
            reader = pool.submit(self._closing, self._read, None)
            writers = [pool.submit(self._closing, self._write, one) for one in self.devices]
            wait(writers)
            self.is_over.set()
        for done in (*writers, reader):
            done.result()  # raises what the thread raised

    def _closing(self, work: Any, device: Any) -> None:
        try:
            work(device)
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
        while True:
            last = self.is_over.is_set()
            after = self._page(place)
            if last and after == place:
                return
            place = after

    def _page(self, place: Place) -> Place:
        """Read one page and note what it holds, as a tablet would."""
        page, after = turn_page(place, limit=17)
        self.seen |= {change["id"] for change in json.loads(b"".join(page))["changes"]}
        return after


@pytest.fixture
def season(project: Project, technician: User, campaign: Campaign, plot: Plot) -> Season:
    devices = [new_device(project, technician, campaign) for _ in range(WRITERS)]
    return Season(devices, campaign, plot)


def written() -> set[str]:
    """Return the ids of all that was committed."""
    return {str(record) for record in SamplingPoint.objects.values_list("pk", flat=True)}


def test_a_reader_polling_beside_eight_writers_misses_nothing(season: Season) -> None:
    season.run()

    assert len(written()) == WRITERS * BATCHES * ROWS
    assert season.seen == written()


def test_with_numbers_from_a_sequence_the_same_reader_would_miss_records(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE early_seq INCREMENT BY 1000 START WITH 1000")
    monkeypatch.setattr(ledger, "_BUMP", _EARLY_SEQUENCE)

    try:
        season.run()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE early_seq")

    assert len(written()) == WRITERS * BATCHES * ROWS
    assert season.seen < written()
