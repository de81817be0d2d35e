"""A server broken on purpose does not pass what a sound one passes.

Each day below is lived twice: on the server as it is, where every promise holds, and on one that
is broken in one way, where one does not. `make mutants` attacks the same mutants under load.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from sampling.models import Campaign, Plot, SoilCore, SyncChange, SyncOperation
from tests.chaos.breakage import broken
from tests.sync.turns import WAITS_S, Turn, closing
from tests.sync.wire import Wire, new_device

Day = Callable[[Wire, Wire, Plot], bool]


def settled_once(wire: Wire, _: Wire, plot: Plot) -> bool:
    """Say whether a push sent twice is answered the same, and written once."""
    point = wire.point(plot)
    edit = wire.patch(point, {"op": point["op"]}, note="wet")
    first = wire.outcomes(point, edit)

    again = wire.outcomes(point, edit)

    written = SyncOperation.objects.filter(record=point["id"]).count()
    return again == [o | {"duplicate": True} for o in first] and revision_of(point) == written


def read_to_the_end(wire: Wire, second: Wire, plot: Plot) -> bool:
    """Say whether a reader that goes on from page to page holds everything."""
    wire.outcomes(*(wire.point(plot) for _ in range(7)))

    held = read_on(second, {}, limit=2)[0]

    return held == in_the_log(wire)


def told_of_deletions(wire: Wire, second: Wire, plot: Plot) -> bool:
    """Say whether a reader that was away while a record was deleted holds it no more."""
    point = wire.point(plot)
    wire.outcomes(point)
    held, cursor = read_on(second, {})
    wire.outcomes(wire.op("sampling_point", point["id"], do="delete", base={"v": 1}))

    held, _ = read_on(second, held, cursor)

    return point["id"] not in held


def neighbours_unharmed(wire: Wire, _: Wire, plot: Plot) -> bool:
    """Say whether one record no database takes leaves the rest of its batch alone."""
    point = wire.point(plot)
    bad = wire.core(point, inner_diameter_cm=-1.0)
    wire.client.raise_request_exception = False

    answer = wire.push(point, bad, wire.core(point))

    statuses = [o["status"] for o in answer.json().get("outcomes", ())]
    return statuses == ["applied", "quarantined", "applied"]


def two_creations_at_once(wire: Wire, second: Wire, plot: Plot) -> bool:
    """Say whether two tablets that create one record in the same moment are both heard."""
    point = wire.point(plot)
    wire.outcomes(point)
    own = wire.core(point, note="mine")
    other = second.core(point, note="theirs") | {"id": own["id"]}

    at_once(lambda: wire.outcomes(own), lambda: second.outcomes(other))

    statuses = Counter(
        SyncOperation.objects.filter(record=own["id"]).values_list("status", flat=True)
    )
    stored = SoilCore.objects.get(pk=own["id"])
    return statuses == {"applied": 1, "conflict": 1} and stored.revision == 2


def nobody_missed(wire: Wire, second: Wire, plot: Plot) -> bool:
    """Say whether a reader that looks in between two overlapping pushes misses neither."""
    mine, theirs = wire.point(plot), wire.point(plot)
    wire.outcomes(mine, theirs)
    turn = Turn("nextval('early')", "INSERT INTO sampling_syncscope")
    reader = Wire(new_device(plot.project, wire.device.user, campaign_of(wire)), campaign_of(wire))
    slow = turn.started(lambda: wire.outcomes(wire.patch(mine, None, note="wet")))
    quick = threading.Thread(
        target=closing(lambda: second.outcomes(second.patch(theirs, None, note="dry")))
    )
    quick.start()
    quick.join(WAITS_S)  # for ever, if it were for a sound server: the slow one has the counter

    held, cursor = read_on(reader, {})
    turn.go_on()
    slow.join()
    quick.join()

    return read_on(reader, held, cursor)[0] == in_the_log(wire)


def campaign_of(wire: Wire) -> Campaign:
    return wire.device.assignments.get().campaign


def revision_of(op: dict[str, Any]) -> int:
    return SyncChange.objects.get(record=op["id"]).revision


def read_on(
    wire: Wire, held: dict[str, int], cursor: str | None = None, *, limit: int = 1000
) -> tuple[dict[str, int], str]:
    """Return what a replica holds when its reader has read to the end."""
    held = dict(held)
    while True:
        page = wire.page(cursor, limit=limit)
        for change in page["changes"]:
            if "gone" in change:
                held.pop(change["id"], None)
            else:
                held[change["id"]] = change["v"]
        cursor = page["cursor"]
        if not page["more"]:
            return held, cursor


def in_the_log(wire: Wire) -> dict[str, int]:
    rows = SyncChange.objects.filter(scope=wire.scope, gone="").values_list("record", "revision")
    return {str(record): revision for record, revision in rows}


def at_once(*works: Callable[[], Any]) -> None:
    """Do several things that begin in the same moment."""
    threads = [threading.Thread(target=closing(work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


TRIES = 5

DAYS: dict[str, Day] = {
    "dedupe off": settled_once,
    "cursor at head": read_to_the_end,
    "tombstones purged": told_of_deletions,
    "no bisect": neighbours_unharmed,
    "upsert over unseen row": two_creations_at_once,
    "sequence instead of counter": nobody_missed,
}


@pytest.fixture
def tidy() -> Iterator[None]:
    """Take away what a mutant puts into the database: other tests look through its tables."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS early_shown; DROP SEQUENCE IF EXISTS early")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("tidy")
@pytest.mark.parametrize("mutant", DAYS)
def test_a_day_that_passes_on_the_server_does_not_pass_on_its_mutant(
    mutant: str, wire: Wire, second: Wire, plot: Plot
) -> None:
    live = DAYS[mutant]

    assert live(wire, second, plot)
    with broken(mutant):  # on a busy machine a race may be won now and then
        assert not all(live(wire, second, plot) for _ in range(TRIES))
