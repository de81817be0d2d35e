"""The oracle agrees with the vectors any client has to agree with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sync.oracle import merge, same

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "docs" / "sync" / "merge-vectors.json").read_text("utf-8")
)
PLAIN = [
    vector
    for vector in DOCUMENT["vectors"]
    if vector["do"] in ("create", "patch")
    and not vector.get("deleted")
    and "ascending" not in vector
    and "error" not in vector["expect"]
]


def test_most_vectors_are_plain_merges() -> None:
    assert len(PLAIN) > len(DOCUMENT["vectors"]) / 2


@pytest.mark.parametrize("vector", PLAIN, ids=lambda vector: vector["name"])
def test_a_merge_ends_as_the_vector_says(vector: dict[str, Any]) -> None:
    expect = vector["expect"]

    status, values, took, kept, conflicts = merge(
        vector["current"], vector["chg"], DOCUMENT["groups"], is_current=vector["base_is_current"]
    )

    assert status == expect["status"]
    assert values.keys() == expect["values"].keys()
    assert all(same(values[name], expect["values"][name]) for name in values)
    assert (list(took), list(kept)) == (expect["took"], expect["kept"])
    assert list(conflicts) == [conflict["group"] for conflict in expect["conflicts"]]
