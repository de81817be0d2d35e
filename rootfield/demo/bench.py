"""The third part of the demo day: results entered in bulk, verified, released, one amended."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rootfield.demo.people import People
from rootfield.demo.person import Refused
from rootfield.demo.records import LabRow
from rootfield.demo.telling import Say, SetAside, counted

LAB = "/api/v1/lab"
MOST_ROWS = 2_000
MOST_BYTES = 3_500_000
LONGEST_NOTE = 2_000
STEPS = (("lab_technician", "submit"), ("lab_verifier", "verify"), ("lab_manager", "approve"))
STEP_WORDS = {"submit": "submitted", "verify": "verified", "approve": "released"}

Seen = dict[str, int]
"""The version of each result that was last seen, by id."""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What the bench took: each result at the version seen, its row, and the rows set aside."""

    seen: Seen
    row_of: Mapping[str, LabRow]
    set_aside: tuple[SetAside, ...]


def enter_results(
    people: People, rows: Sequence[LabRow], bags: Mapping[str, str], say: Say
) -> Entered:
    """Enter all results, each body validated before it is committed."""
    validated: Counter[str] = Counter()
    seen: Seen = {}
    row_of: dict[str, LabRow] = {}
    set_aside = []
    for chunk in _chunks(rows, bags):
        validated.update(_bulk(people, chunk, mode="validate", key="")["counts"])
        answer = _bulk(people, chunk, mode="commit", key=str(uuid.uuid4()))
        for (row, _), entry in zip(chunk, answer["rows"], strict=True):
            if entry["result"] and entry["status"] in ("created", "unchanged"):
                seen[entry["result"]] = entry["version"]
                row_of[entry["result"]] = row
            else:
                set_aside.append(_set_aside(row, entry))
    taken = {name: number for name, number in validated.items() if number and name != "rows"}
    technician = people.by_role["lab_technician"].username
    say(f"  {technician} validated {validated['rows']:,} rows, nothing written: {counted(taken)}")
    say(f"  {technician} committed them: {len(seen):,} drafts, {len(set_aside):,} set aside")
    return Entered(seen=seen, row_of=row_of, set_aside=tuple(set_aside))


def release_results(people: People, seen: Seen, say: Say) -> Seen:
    """Submit, verify and release results, each step by another person; return what is seen now."""
    for role, step in STEPS:
        person = people.by_role[role]
        moved: Seen = {}
        for start in range(0, len(seen), MOST_ROWS):
            part = list(seen.items())[start : start + MOST_ROWS]
            document = {
                "project": str(people.project),
                "step": step,
                "results": [{"id": result, "version": version} for result, version in part],
            }
            answer = person.post(f"{LAB}/results:move", document)
            moved |= {result["id"]: result["version"] for result in answer["results"]}
        seen = moved
        say(f"  {person.username} {STEP_WORDS[step]} {len(seen):,} results")
    return seen


def is_root_carbon(row: LabRow) -> bool:
    """Return whether a row gives the carbon content of roots as a number."""
    is_number = row.value.replace(".", "", 1).isdigit()
    return row.subject_type == "root_fraction" and row.analyte == "carbon" and is_number


def amend(people: People, result: str, row: LabRow, *, version: int, say: Say) -> None:
    """Amend a result by two hundredths of it and release the correction."""
    corrected = Decimal(row.value) * Decimal("0.98")
    amendment = {
        "value": f"{corrected:.4f}",
        "unit": row.unit,
        "version": version,
        "amend_reason": "transcription",
        "amend_text": "Provoked by the demo: a figure was misread.",
    }
    technician = people.by_role["lab_technician"]
    answer = technician.post(f"{LAB}/results/{result}:amend", amendment)["rows"][0]
    say(
        f"  {technician.username} amended {row.analyte} of {row.key}: {row.value} becomes "
        f"{corrected:.4f} {row.unit} (transcription); the old result is superseded, not changed"
    )
    release_results(people, {answer["result"]: answer["version"]}, say)


def _bulk(
    people: People, chunk: Sequence[tuple[LabRow, dict[str, Any]]], *, mode: str, key: str
) -> dict[str, Any]:
    document = {"rows": [wire for _, wire in chunk]}
    query = {"project": str(people.project), "mode": mode, "on_error": "accept_valid"}
    try:
        answer = people.by_role["lab_technician"].post(
            f"{LAB}/results:bulk", document, key=key, **query
        )
    except Refused as refusal:
        if "rows" not in refusal.document:
            raise
        answer = refusal.document
    return dict(answer)


def _chunks(
    rows: Sequence[LabRow], bags: Mapping[str, str]
) -> Iterator[list[tuple[LabRow, dict[str, Any]]]]:
    chunk: list[tuple[LabRow, dict[str, Any]]] = []
    size = 0
    for row in rows:
        wire = _wire(row, bags)
        length = len(json.dumps(wire))
        if chunk and (len(chunk) == MOST_ROWS or size + length > MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((row, wire))
        size += length
    if chunk:
        yield chunk


def _wire(row: LabRow, bags: Mapping[str, str]) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "ref": row.key[:120],
        "specimen": bags.get(row.specimen, row.specimen[:80]),
        "variable": str(row.variable_id),
        "value": row.value or "-",
        "unit": row.unit,
        "replicate_no": row.replicate_no,
        "reason": row.reason,
        "note": row.note[:LONGEST_NOTE],
    }
    flag = re.sub(r"[^a-z0-9]+", "_", row.qc_flag.lower()).strip("_")[:40]
    return {**wire, "flag": flag} if flag else wire


def _set_aside(row: LabRow, entry: Mapping[str, Any]) -> SetAside:
    sentences = [_sentence(remark) for remark in (*entry["errors"], *entry["warnings"])]
    return SetAside(
        type="result",
        key=row.key,
        status=entry["status"],
        reason=" ".join(sentences) or "no reason was given",
    )


def _sentence(remark: Mapping[str, Any]) -> str:
    limits = remark["limits"] or {}
    between = f", limits {limits.get('min')} to {limits.get('max')}" if limits else ""
    return f"{remark['message']} ({remark['code']}: {remark['given']!r}{between})"
