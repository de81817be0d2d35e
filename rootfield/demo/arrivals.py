"""The account of a campaign: how many rows each table had, and what became of every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rootfield.demo.counts import Counts
from rootfield.demo.tables import CampaignTables, TableProblem
from rootfield.demo.telling import Say, SetAside, say_list, say_set_aside, table

NOUNS = {
    "sites": "site",
    "plots": "plot",
    "cores": "soil_core",
    "layers": "core_segment",
    "root_samples": "root_fraction",
}
"""The record type each table of a campaign becomes; its results become determinations."""

HEADINGS = ("table", "rows", "arrived", "left out", "set aside")


def say_arrivals(
    say: Say,
    tables: CampaignTables,
    counts: Counts,
    left_out: Sequence[TableProblem],
    set_aside: Sequence[SetAside],
) -> None:
    """Say a line for each table, then every row that did not arrive, with its reason."""
    own = [row for row in set_aside if not row.was_provoked]
    aside = Counter(row.type.replace(" ", "_") for row in own)
    out = Counter(problem.table for problem in left_out)
    arrived = {name: counts.records[noun] for name, noun in NOUNS.items()}
    arrived["lab_results"] = sum(counts.results.values()) - counts.results.get("superseded", 0)
    kinds = {**NOUNS, "lab_results": "result"}
    lines = [
        (
            name.replace("_", " "),
            f"{number:,}",
            f"{arrived[name]:,}",
            f"{out[name]:,}",
            f"{aside[kinds[name]]:,}",
        )
        for name, number in tables.counts().items()
    ]
    say_list(say, table(HEADINGS, lines, right=" rrrr"))
    if left_out:
        say("  Left out, because no record could be made of the row:")
        say_list(say, [_told(problem) for problem in left_out])
    remarks = _remarks(tables, left_out)
    if remarks:
        say("  Taken as it stands, though:")
        say_list(say, remarks)
    if own:
        say("  Set aside: held, refused or quarantined, each with its reason:")
        say_set_aside(say, own)
    provoked = [row for row in set_aside if row.was_provoked]
    if provoked:
        say("  Provoked by the demo, in no table of the campaign:")
        say_set_aside(say, provoked)


def _remarks(tables: CampaignTables, left_out: Sequence[TableProblem]) -> list[str]:
    """Return what was odd about rows that became records all the same, such as an id used twice."""
    gone = {(problem.table, problem.row) for problem in left_out}
    kept = (problem for problem in tables.problems if (problem.table, problem.row) not in gone)
    return [_told(problem) for problem in kept]


def _told(problem: TableProblem) -> str:
    return f"{problem.table} row {problem.row} {problem.id}: {problem.message} ({problem.code})"
