"""The drill itself: a day is lost, the tablets send it again, and everything is compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from rootfield.backup.restore import restore_backup
from rootfield.backup.tables import Content, contents
from rootfield.backup.write import write_backup
from rootfield.drill.fleet import Fleet, first_day, fleet_of, second_day
from rootfield.drill.measures import Measure, measures
from sampling.models import CodeBlock, SyncOperation
from sampling.tablet import Tablet

CHANGED_BY_RESTORING = {"sampling_device", "sampling_syncepoch", "sampling_auditevent"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing compared: its rows before and after, and whether all of it agrees."""

    part: str
    name: str
    before: int
    after: int
    agrees: bool


def practise(
    directory: Path,
    *,
    tablets: int,
    cores: int,
    clock: Callable[[], datetime] = timezone.now,
    say: Callable[[str], None] = lambda _line: None,
) -> list[Line]:
    """Live through two days, lose the second, and compare what comes back; on an empty database.

    The second day comes back twice: sent by the tablets one after the other as on that day, when
    everything has to agree, and the other way round, when no operation may be missing and only the
    record that two people changed at once may have ended otherwise.
    """
    backup = directory / "yesterday.zip"
    with fleet_of(tablets, directory=directory, at=clock()) as fleet:
        first_day(fleet, cores=cores)
        say(f"Day one: {_operations()} operations of {tablets} tablets, then a backup")
        codes = codes_given()
        manifest = write_backup(backup, at=clock())
        second_day(fleet, cores=cores)
        say(f"Day two: {_operations()} operations by now, then the database is lost")
        exact = measures(in_order=True)
        loose = measures(in_order=False, without=fleet.contested)
        lost_codes = ask_for_codes(fleet) - codes

        restore_backup(backup, replaces=True, at=clock())
        lines = compared("restored", manifest.tables, contents(), but=CHANGED_BY_RESTORING)
        say(f"Restored: {_operations()} operations; the tablets send day two again")
        _send_again(fleet, fleet.tablets)
        lines += compared("sent again", exact, measures(in_order=True))
        twice = lost_codes & (ask_for_codes(fleet) - codes)
        lines.append(_nothing("sent again", "specimen codes given twice", len(twice)))

        restore_backup(backup, replaces=True, at=clock())
        say("Restored once more; the tablets send in reverse")
        _send_again(fleet, fleet.tablets[::-1])
        after = measures(in_order=False, without=fleet.contested)
        lines += compared("in reverse", loose, after)
    return lines


def _operations() -> int:
    return SyncOperation.objects.count()


def _send_again(fleet: Fleet, order: Sequence[Tablet]) -> None:
    """Let the tablets find out that the server was restored, and send what it lacks."""
    for tablet in fleet.tablets:
        tablet.hello()
    for tablet in order:
        tablet.push()
    fleet.read()


def ask_for_codes(fleet: Fleet) -> set[int]:
    """Let each tablet ask for specimen codes; return all that are given out by then."""
    for tablet in fleet.tablets:
        tablet.pull(codes_wanted=10)
    return codes_given()


def codes_given() -> set[int]:
    """Return the numbers of all specimen codes that were given out."""
    blocks = CodeBlock.objects.values_list("first_number", "size")
    return {number for first, size in blocks for number in range(first, first + size)}


def _nothing(part: str, name: str, count: int) -> Line:
    return Line(part=part, name=name, before=0, after=count, agrees=count == 0)


def compared(
    part: str,
    before: Mapping[str, Measure | Content],
    after: Mapping[str, Measure | Content],
    *,
    but: Collection[str] = (),
) -> list[Line]:
    """Return a line for each thing measured before, but for some."""
    return [
        Line(
            part=part,
            name=name,
            before=measure.rows,
            after=after[name].rows,
            agrees=measure == after[name],
        )
        for name, measure in before.items()
        if name not in but
    ]
