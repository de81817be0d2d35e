"""Pushing over HTTP against COPY of the same rows, in one run.

Batches of 500 operations, gzip-packed, authenticated and validated, from one client and from
eight; the same rows are then copied into twins of the tables that have the same columns, keys,
indexes and checks. Replayed batches and conflicting edits are measured against the same COPY.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks._world import (
    BATCH,
    RUNS,
    Sender,
    Twins,
    World,
    batch_of_creates,
    envelope,
    packed,
    report,
    together,
    world,
)

BATCHES = 16
UNIT = "records per second over those of COPY"


def post_all(sender: Sender, bodies: Sequence[bytes]) -> None:
    """Send bodies one after the other."""
    for body in bodies:
        sender.post("push", body)


def dealt(world: World, clients: int) -> list[tuple[Sender, list[bytes]]]:
    """Return the bodies of 8,000 new records, dealt to some clients."""
    share = BATCHES // clients
    return [
        (sender, [packed(batch_of_creates(world, sender)) for _ in range(share)])
        for sender in world.senders[:clients]
    ]


def push_seconds(hands: Sequence[tuple[Sender, list[bytes]]]) -> float:
    """Return the seconds until all clients have sent all their bodies."""
    return together([partial(post_all, sender, bodies) for sender, bodies in hands])


def conflicting(world: World, sender: Sender, records: Sequence[str]) -> list[bytes]:
    """Return edits of root fractions whose authors saw a value that is no longer there."""
    bodies = []
    for start in range(0, len(records), BATCH):
        operations: list[tuple[str, str, str, dict[str, Any], Any]] = [
            (
                "patch",
                "root_fraction",
                record,
                {"dry_mass_g": {"from": 77.7, "to": 88.8}, "note": {"from": "", "to": "again"}},
                {"v": 1},
            )
            for record in records[start : start + BATCH]
        ]
        bodies.append(packed(envelope(world, sender, operations)))
    return bodies


def main() -> None:
    """Print push_1, push_8, replay and merge_conflict."""
    ratios: dict[str, list[float]] = {
        name: [] for name in ("push_1", "push_8", "replay", "merge_conflict")
    }
    with world(devices=8) as site:
        twins = Twins(site.database)
        push_seconds(dealt(site, 8))
        for _ in range(RUNS):
            forget(site)
            hands = dealt(site, 1)
            alone = push_seconds(hands)
            copied = twins.copy_in(twins.dump())
            ratios["push_1"].append(copied / alone)
            ratios["replay"].append(copied / push_seconds(hands))
            edits = conflicting(site, site.senders[0], stale_records(site))
            edited = together([partial(post_all, site.senders[0], edits)])
            ratios["merge_conflict"].append(copied / BATCHES * len(edits) / edited)
            forget(site)
            hands = dealt(site, 8)
            crowd = push_seconds(hands)
            ratios["push_8"].append(twins.copy_in(twins.dump()) / crowd)
    for name, found in ratios.items():
        report(name, found, UNIT)


def stale_records(site: World) -> list[str]:
    """Edit some root fractions once, and return them: an edit of revision 1 is stale now."""
    rows = site.database.execute(
        "SELECT id FROM sampling_rootfraction WHERE revision = 1 LIMIT 2000"
    ).fetchall()
    records = [str(record) for (record,) in rows]
    sender = site.senders[1]
    for start in range(0, len(records), BATCH):
        operations: list[tuple[str, str, str, dict[str, Any], Any]] = [
            (
                "patch",
                "root_fraction",
                record,
                {"dry_mass_g": 5.0, "dry_mass_as_entered": "5"},
                {"v": 1},
            )
            for record in records[start : start + BATCH]
        ]
        sender.post("push", packed(envelope(site, sender, operations)))
    return records


def forget(site: World) -> None:
    """Empty the captured tables between repeats, so that every repeat starts alike."""
    site.database.execute(
        "TRUNCATE sampling_soilcore, sampling_coresegment, sampling_rootfraction,"
        " sampling_syncoperation, sampling_syncbatch, sampling_recordversion,"
        " sampling_syncconflict, sampling_syncwaiting CASCADE"
    )
    site.database.execute("UPDATE sampling_device SET have_upto = 0")
    for sender in site.senders:
        sender.number = 0


if __name__ == "__main__":
    main()
