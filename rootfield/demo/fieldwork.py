"""The second part of the demo day: tablets capture offline and push, with all that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rootfield.demo.crew import CoreWork, CrewTablet, Notebook, shares
from rootfield.demo.telling import Say, SetAside, counted
from sampling.tablet import PushReport, StoredOperation

PROVOKED = "provoked by the demo"
HELD = ("deferred", "quarantined", "rejected")
PARENTS = ("sampling_point", "soil_core")
LONGEST_SAID = 24
LONGEST_KEPT = {"note": 10_000, "corer": 100}
"""Characters of a field that stay when words are added to it."""


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
    """Capture every core in its tablet's outbox; the last core without its parents.

    The parents left out are captured later, so that their children arrive before them.
    """
    late = _late_work(crew)
    for member in crew:
        for work in member.work:
            captures = [
                capture
                for capture in work.captures
                if work is not late or capture.type not in PARENTS
            ]
            notebook.capture(member, work.campaign, captures)
        pending = member.tablet.status().pending
        say(f"  {member.name} captured {pending:,} records of {len(member.work):,} cores, offline")


def push_everything(crew: Sequence[CrewTablet], notebook: Notebook, say: Say) -> None:
    """Push all tablets, each with its own trouble; where cores are few, one has them all."""
    busy = [member for member in crew if member.work]
    if not busy:
        say("  no core was captured: nothing to push")
        return
    cast = [busy[place % len(busy)] for place in range(len(crew))]
    push_with_lost_answer(cast[0], say)
    push_all(cast[1], say)
    push_impossible_depths(cast[2], notebook, say)
    push_children_first(busy[-1], notebook, say)
    meet(crew[1], crew[2], _arrived_cores(crew, notebook), say)


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


def push_all(member: CrewTablet, say: Say) -> None:
    """Push without any trouble."""
    say(f"  {member.name} pushed: {counted(member.tablet.push().statuses)}")


def push_impossible_depths(member: CrewTablet, notebook: Notebook, say: Say) -> None:
    """Push with a segment among the others whose upper depth lies below its lower depth."""
    work = member.work[0]
    impossible = member.tablet.capture(
        "core_segment",
        {
            "soil_core": notebook.ids[work.of_type("soil_core")[0].key],
            "code": "DEMO-IMPOSSIBLE-DEPTHS",
            "upper_depth_cm": 40,
            "lower_depth_cm": 20,
            "captured_version": work.campaign.protocol_version,
        },
        work.campaign.scope,
        why=PROVOKED,
    )
    report = member.tablet.push()
    say(f"  {member.name} pushed: {counted(report.statuses)}")
    for operation in member.tablet.operations(*HELD):
        if operation.id == impossible:
            say(
                "    provoked: a segment from 40 to 20 cm is "
                f"{operation.status}: {reason_of(operation.outcome, notebook.key_of)}"
            )


def push_children_first(member: CrewTablet, notebook: Notebook, say: Say) -> None:
    """Push segments and fractions of a core, then the core: the children wait for it."""
    first = member.tablet.push()
    say(f"  {member.name} pushed: {counted(first.statuses)}")
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


def meet(first: CrewTablet, second: CrewTablet, cores: Sequence[str], say: Say) -> None:
    """Let two tablets edit the same two cores: one edit merges, one is a conflict."""
    if len(cores) < 2:
        say("  fewer than two cores arrived: no edits met")
        return
    merged, contested = cores[:2]
    for member in (first, second):
        member.pull()
    _append(first, merged, "note", "looked at again")
    _append(second, merged, "corer", "checked")
    _append(first, contested, "note", "soil was wet")
    _append(second, contested, "note", "soil was dry")
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


def reason_of(outcome: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return in a sentence why an operation was not applied; names says what an id stands for."""
    sentences = [problem["detail"] for problem in outcome.get("problems", ())]
    sentences += [
        f"It waits for {need['type'].replace('_', ' ')} {_name(names.get(need['id'], need['id']))}."
        for need in outcome.get("needs", ())
    ]
    sentences += [str(outcome[name]) for name in ("detail", "code") if outcome.get(name)][:1]
    return " ".join(sentences) or "no reason was given"


def _is_same(outcome: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    return before is not None and all(
        outcome.get(name) == value for name, value in before.items() if name != "duplicate"
    )


def _late_work(crew: Sequence[CrewTablet]) -> CoreWork | None:
    works = [work for member in crew for work in member.work]
    return works[-1] if works else None


def _arrived_cores(crew: Sequence[CrewTablet], notebook: Notebook) -> list[str]:
    held = {op.id for member in crew for op in member.tablet.operations(*HELD)}
    cores = (
        notebook.ids[core.key]
        for member in crew
        for work in member.work
        for core in work.of_type("soil_core")
    )
    return [core for core in cores if core not in held]


def _append(member: CrewTablet, core: str, field: str, words: str) -> None:
    shown = member.tablet.record("soil_core", core)
    said = str(shown.data[field]) if shown else ""
    text = f"{said[: LONGEST_KEPT[field]]}; {words}" if said else words
    member.tablet.edit("soil_core", core, {field: text}, why=PROVOKED)


def _say_meeting(report: PushReport, say: Say) -> None:
    for outcome in report.outcomes:
        if outcome["status"] == "merged":
            say("    provoked: both edits of one core stand, each in its own field: merged")
        for conflict in outcome.get("conflicts", ()):
            for field, wanted in conflict["device"].items():
                say(
                    f"    provoked: a conflict in {field}: the site has "
                    f"{_end(conflict['server'].get(field))}, the tablet says {_end(wanted)}; "
                    "both are kept and wait in the inbox for the field lead"
                )


def _end(value: object) -> str:
    """Return the last words of a long text."""
    text = str(value)
    return f'"{text}"' if len(text) <= LONGEST_SAID else f'"...{text[-LONGEST_SAID:]}"'


def _set_aside(operation: StoredOperation, notebook: Notebook) -> SetAside:
    return SetAside(
        type=operation.type.replace("_", " "),
        key=_name(notebook.key_of.get(operation.id, _own_code(operation))),
        status=operation.status or "pending",
        reason=reason_of(operation.outcome, notebook.key_of),
        was_provoked=operation.message["why"] == PROVOKED,
    )


def _name(key: str) -> str:
    """Return a key without the type before it."""
    return key.split(":", 1)[-1]


def _own_code(operation: StoredOperation) -> str:
    code = operation.message["chg"].get("code", {})
    return str(code.get("to", operation.id))
