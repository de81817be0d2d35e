from __future__ import annotations

from typing import Any

import pytest

from sampling.rules.content_diff import differences
from tests.protocol_examples import protocol_content


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": 2}, [("/a", "changed", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("/a", "removed", 1, None), ("/b", "added", None, 1)]),
        ({"a": {"b": 1}}, {"a": {"b": None}}, [("/a/b", "changed", 1, None)]),
        ({"a": {"b": 1}}, {"a": 3}, [("/a", "changed", {"b": 1}, 3)]),
        ({"a": [1, 2]}, {"a": {"0": 1}}, [("/a", "changed", [1, 2], {"0": 1})]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("/a/1", "changed", 2, 3), ("/a/2", "added", None, 4)]),
        ({"x/y": 1}, {}, [("/x~1y", "removed", 1, None)]),
    ],
)
def test_what_differs_is_named_by_pointer(before: Any, after: Any, expected: list[Any]) -> None:
    found = [(d.pointer, d.kind, d.before, d.after) for d in differences(before, after)]

    assert found == expected


def test_items_with_an_id_are_compared_by_it_wherever_they_stand() -> None:
    before = protocol_content()
    after = protocol_content()
    after["questions"].reverse()
    after["questions"][0]["maximum"] = 60

    (difference,) = differences(before, after)

    assert difference.as_wire() == {
        "pointer": "/questions/soil-water/maximum",
        "kind": "changed",
        "before": 100,
        "after": 60,
    }


def test_a_new_item_with_an_id_is_added() -> None:
    before = protocol_content(depth_layers=[])

    found = differences(before, protocol_content())

    assert [d.pointer for d in found] == ["/depth_layers/subsoil", "/depth_layers/topsoil"]
