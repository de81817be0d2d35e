"""The coverage gate fails when it should."""

from __future__ import annotations

import json

from tests.house.coverage_gate import main, shortfalls


def report(*, percent: float, path: str, missing_branches: list[list[int]]) -> dict[str, object]:
    return {
        "totals": {"percent_covered": percent},
        "files": {
            path: {
                "summary": {"missing_branches": len(missing_branches), "missing_lines": 0},
                "missing_lines": [],
                "missing_branches": missing_branches,
            }
        },
    }


def test_enough_coverage_passes():
    measured = report(percent=95.0, path="sampling/tasks.py", missing_branches=[[3, 4]])

    assert shortfalls(measured) == []


def test_too_little_coverage_over_all_fails():
    measured = report(percent=94.99, path="sampling/tasks.py", missing_branches=[])

    assert shortfalls(measured) == ["94.99 % are covered over all; 95 % are asked."]


def test_a_missed_branch_in_a_pure_room_fails():
    measured = report(percent=99.0, path="sampling/rules/merge.py", missing_branches=[[3, 4]])

    assert shortfalls(measured) == ["sampling/rules/merge.py must be covered whole; missing:  3->4"]


def test_the_exit_status_tells(tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(
        json.dumps(report(percent=99, path="estimates/science/a.py", missing_branches=[]))
    )
    bad.write_text(
        json.dumps(report(percent=9, path="estimates/science/a.py", missing_branches=[]))
    )

    statuses = [main(good), main(bad)]

    assert statuses == [0, 1]
    assert "9.00 %" in capsys.readouterr().err
