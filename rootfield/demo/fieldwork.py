"""The second part of the demo day: tablets capture offline and push, with all that goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rootfield.demo.crew import CoreWork, CrewTablet, Notebook, shares
from rootfield.demo.telling import Say, SetAside, counted
from sampling.tablet import PushReport, StoredOperation

PROVOKED = "provoked by the demo"
HELD = ("deferred", "quarantined", "rejected")
PARENTS = ("sampling_point", "soil_core")
LONGEST_KEPT = {"note": 10_000, "corer": 100}
"""Characters of a field that stay when words are added to it."""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """The records two tablets edit without knowing of each other, by key."""

    merged: str
    contested: str


def go_out(crew: Sequence[CrewTablet], codes: Sequence[str], say: Say) -> None:
    """Enrol every tablet with its one-time code and let it pull."""
    for member, code in zip(crew, codes, strict=True):
        member.enrol(code)
        specimens = sum(len(work.of_type("specimen")) for work in member.work)
        changes = member.pull(specimens=specimens)
        say(
            f"  {member.name} enrolled with its one-time code, pulled {changes:,} changes "
            f"and holds {len(member.codes):,} specimen codes"
        )


def hand_out(crew: Sequence[CrewTablet], works: Sequence[CoreWork]) -> None:
    """Give each tablet its share of the cores."""
    for member, share in zip(crew, shares(works, len(crew)), strict=True):
        member.work = share


def capture_offline(crew: Sequence[CrewTablet], notebook: Notebook, say: Say) -> None:
    """Capture every core in its tablet's outbox; the last tablet leaves out one core's parents.

    The parents left out are captured later, so that their children arrive before them.
    """
    for member in crew:
        for work in member.work:
            is_late = member is crew[-1] and work is member.work[-1]
            captures = [
                capture for capture in work.captures if not (is_late and capture.type in PARENTS)
            ]
            notebook.capture(member, work.campaign, captures)
        pending = member.tablet.status().pending
        say(f"  {member.name} captured {pending:,} records of {len(member.work):,} cores, offline")


def push_with_lost_answer(member: CrewTablet, say: Say) -> None:
    """Push while the first answer gets lost: the tablet sends the same bytes again."""
    member.road.lose_next_answer()
    report = member.tablet.push()
    before = {outcome["op"]: outcome for outcome in member.road.lost}
    after = member.road.answered_again
    same = sum(_is_same(outcome, before.get(outcome["op"])) for outcome in after)
    say(f"  {member.name} pushed: {counted(report.statuses)}")
    say(
        f"    provoked: the answer to {len(before)} operations got lost, the tablet sent the same "
        f"bytes again; {same} of {len(after)} outcomes came back unchanged"
    )


def push_impossible_depths(member: CrewTablet, notebook: Notebook, say: Say) -> None:
    """Push with a segment among the others whose upper depth lies below its lower depth."""
    core = member.work[0].of_type("soil_core")[0] if member.work else None
    impossible = ""
    if core is not None:
        impossible = member.tablet.capture(
            "core_segment",
            {
                "soil_core": notebook.ids[core.key],
                "code": "DEMO-IMPOSSIBLE-DEPTHS",
                "upper_depth_cm": 40,
                "lower_depth_cm": 20,
                "captured_version": member.work[0].campaign.protocol_version,
            },
            member.work[0].campaign.scope,
            why=PROVOKED,
        )
    report = member.tablet.push()
    say(f"  {member.name} pushed: {counted(report.statuses)}")
    for operation in member.tablet.operations(*HELD):
        if operation.id == impossible:
            say(
                "    provoked: a segment from 40 to 20 cm is "
                f"{operation.status}: {reason_of(operation.outcome)}"
            )


def push_children_first(member: CrewTablet, notebook: Notebook, say: Say) -> None:
    """Push segments and fractions of a core, then the core: the children wait for it."""
    first = member.tablet.push()
    say(f"  {member.name} pushed: {counted(first.statuses)}")
    if not member.work:
        return
    late = member.work[-1]
    waiting = [op for op in member.tablet.operations("deferred") if op.id in notebook.key_of]
    notebook.capture(member, late.campaign, late.of_type(*PARENTS))
    second = member.tablet.push()
    member.pull()
    still = {op.op for op in member.tablet.operations("deferred")}
    woken = sum(op.op not in still for op in waiting)
    say(
        f"    provoked: {len(waiting)} records came before their core and were deferred; the core "
        f"came ({counted(second.statuses)}) and woke {woken} of them"
    )


def meet(first: CrewTablet, second: CrewTablet, notebook: Notebook, say: Say) -> None:
    """Let two tablets edit the same two cores: one edit merges, one is a conflict."""
    meeting = _meeting(first, second, notebook)
    if meeting is None:
        say("  (fewer than two cores arrived: no edits met)")
        return
    for member in (first, second):
        member.pull()
    _append(first, meeting.merged, "note", "looked at again")
    _append(second, meeting.merged, "corer", "checked")
    _append(first, meeting.contested, "note", "soil was wet")
    _append(second, meeting.contested, "note", "soil was dry")
    say(f"  {first.name} edited two cores and pushed: {counted(first.tablet.push().statuses)}")
    report = second.tablet.push()
    say(f"  {second.name}, offline since, edited the same and pushed: {counted(report.statuses)}")
    _say_meeting(report, say)


def set_aside(crew: Sequence[CrewTablet], notebook: Notebook) -> list[SetAside]:
    """Return every capture that did not become a record, as the tablets know it."""
    rows = []
    for member in crew:
        member.pull()
        rows += [_set_aside(operation, notebook) for operation in member.tablet.operations(*HELD)]
    return rows


def reason_of(outcome: Mapping[str, Any]) -> str:
    """Return in a sentence why an operation was not applied."""
    sentences = [problem["detail"] for problem in outcome.get("problems", ())]
    sentences += [
        f"It waits for {need['type'].replace('_', ' ')} {need['id']}."
        for need in outcome.get("needs", ())
    ]
    sentences += [str(outcome[name]) for name in ("detail", "code") if outcome.get(name)][:1]
    return " ".join(sentences) or "no reason was given"


def outcomes_of(crew: Sequence[CrewTablet]) -> Counter[str]:
    """Return how many operations are held on the tablets, by status."""
    return Counter(
        operation.status or "pending"
        for member in crew
        for operation in member.tablet.operations(*HELD, None)
    )


def _is_same(outcome: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    return before is not None and all(
        outcome.get(name) == value for name, value in before.items() if name != "duplicate"
    )


def _meeting(first: CrewTablet, second: CrewTablet, notebook: Notebook) -> Meeting | None:
    held = {op.id for member in (first, second) for op in member.tablet.operations(*HELD)}
    cores = [
        notebook.ids[core.key]
        for core in _cores((*first.work, *second.work))
        if notebook.ids[core.key] not in held
    ]
    return Meeting(merged=cores[0], contested=cores[1]) if len(cores) > 1 else None


def _cores(works: Sequence[CoreWork]) -> Iterator[Any]:
    for work in works:
        yield from work.of_type("soil_core")


def _append(member: CrewTablet, core: str, field: str, words: str) -> None:
    shown = member.tablet.record("soil_core", core)
    said = str(shown.data[field]) if shown else ""
    text = f"{said[:LONGEST_KEPT[field]]}; {words}" if said else words
    member.tablet.edit("soil_core", core, {field: text}, why=PROVOKED)


def _say_meeting(report: PushReport, say: Say) -> None:
    for outcome in report.outcomes:
        if outcome["status"] == "merged":
            say("    provoked: both edits of one core stand, each in its own field: merged")
        for conflict in outcome.get("conflicts", ()):
            say(
                f"    provoked: a conflict in {', '.join(conflict['device'])}: "
                f"the site has {conflict['server']}, the tablet says {conflict['device']}; "
                "it waits in the inbox"
            )


def _set_aside(operation: StoredOperation, notebook: Notebook) -> SetAside:
    return SetAside(
        type=operation.type.replace("_", " "),
        key=notebook.key_of.get(operation.id, operation.id).split(":", 1)[-1],
        status=operation.status or "pending",
        reason=reason_of(operation.outcome),
        was_provoked=operation.message["why"] == PROVOKED,
    )
