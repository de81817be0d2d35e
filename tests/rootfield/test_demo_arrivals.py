"""The account at the end of the demo day names every row, however many there are."""

from __future__ import annotations

from rootfield.demo.arrivals import NOUNS, say_arrivals
from rootfield.demo.counts import Counts
from rootfield.demo.tables import TableProblem
from rootfield.demo.telling import SetAside
from tests.rootfield.demo_rows import campaign


def told(*, problems=(), left_out=(), set_aside=()) -> list[str]:
    lines: list[str] = []
    tables = campaign()
    object.__setattr__(tables, "problems", tuple(problems))
    counts = Counts(records=dict.fromkeys(NOUNS.values(), 1))
    say_arrivals(lines.append, tables, counts, left_out, set_aside)
    return [line.strip() for line in lines]


def test_a_row_that_arrived_under_an_id_used_before_is_told():
    used = TableProblem("cores", 3, "C1", "id_repeated", "core_id 'C1' was used before.")
    twice = TableProblem("plots", 3, "P1", "row_repeated", "The row repeats an earlier row.")

    lines = told(problems=[used, twice], left_out=[twice])

    place = lines.index("Taken as it stands, though:")
    assert lines[place + 1] == "cores row 3 C1: core_id 'C1' was used before. (id_repeated)"
    assert sum("row_repeated" in line for line in lines) == 1


def test_every_row_that_was_set_aside_is_listed():
    aside = [
        SetAside(type="core segment", key=f"L{number}", status="quarantined", reason="No.")
        for number in range(2_500)
    ]

    lines = told(set_aside=aside)

    assert [line for line in lines if line.startswith("quarantined")] == [
        f"quarantined: core segment L{number}: No." for number in range(2_500)
    ]
