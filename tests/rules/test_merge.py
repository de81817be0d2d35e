from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.errors import RuleError
from sampling.rules.merge import (
    Change,
    Merged,
    Value,
    merge,
    merge_delete,
    merge_into_deleted,
    parse_change,
    same_value,
    whole_groups,
)

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "sync" / "merge-vectors.json").read_text("utf-8")
)
GROUPS = (("value", "unit", "censoring"), ("upper_depth_cm", "lower_depth_cm"))
FIELDS = ("value", "unit", "censoring", "upper_depth_cm", "lower_depth_cm", "note", "crop")


def outcome_of(vector: dict[str, Any]) -> dict[str, Any]:
    """Run one vector as any client would."""

    def problems(merged: Any) -> list[str]:
        if "ascending" not in vector:
            return []
        less, more = vector["ascending"]
        return [] if merged[less] < merged[more] else ["out of order"]

    current = vector["current"]
    try:
        changes = {field: parse_change(raw) for field, raw in vector["chg"].items()}
    except RuleError as error:
        return {"error": error.code}
    if vector["do"] == "delete":
        merged = merge_delete(current, base_is_current=vector["base_is_current"])
    elif vector.get("deleted"):
        merged = merge_into_deleted(current, changes, groups=VECTORS["groups"], validate=problems)
    else:
        merged = merge(
            current,
            changes,
            groups=VECTORS["groups"],
            base_is_current=vector["base_is_current"],
            validate=problems,
        )
    return json.loads(msgspec.json.encode(merged))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_merge_gives_what_the_vector_expects(vector):
    outcome = outcome_of(vector)

    assert outcome == vector["expect"]


def test_the_merge_writes_nothing_into_what_it_is_given():
    current: dict[str, Value] = {"photos": ["a"], "note": "wet"}
    changes = {"photos": parse_change({"add": ["b"]}), "note": Change(to="dry")}

    merge(current, changes, groups=GROUPS, base_is_current=True)

    assert current == {"photos": ["a"], "note": "wet"}


def test_a_stored_decimal_is_the_number_it_prints_as():
    assert same_value(Decimal("12.10"), 12.1)
    assert same_value(12, Decimal("12.00"))
    assert not same_value(Decimal("12.1"), "12.1")
    assert not same_value(Decimal("12.1"), 12.100001)


def test_whole_groups_name_what_the_author_saw_and_left_alone():
    changes = {"value": Change(to=12.4, has_from=True, from_=12.1), "note": Change(to="dry")}
    seen: dict[str, Value] = {"value": 12.1, "unit": "g", "upper_depth_cm": 0}

    whole = whole_groups(changes, seen, groups=GROUPS)

    assert whole == {**changes, "unit": Change(to="g", has_from=True, from_="g")}


def test_a_missing_from_is_completed_with_what_the_author_saw():
    changes = {
        "note": Change(to="dry"),
        "crop": Change(to="rye", has_from=True, from_=None),
        "photos": Change(is_set=True, add=("a",)),
    }
    seen: dict[str, Value] = {"note": "", "crop": "wheat", "photos": []}

    whole = whole_groups(changes, seen, groups=GROUPS)

    assert whole == {**changes, "note": Change(to="dry", has_from=True, from_="")}


def test_whole_groups_let_an_untouched_unit_merge_and_a_changed_one_clash():
    changes = {"value": Change(to=12.4, has_from=True, from_=12.1)}
    whole = whole_groups(changes, {"value": 12.1, "unit": "g"}, groups=GROUPS)

    untouched = merge({"value": 12.1, "unit": "g"}, whole, groups=GROUPS, base_is_current=False)
    changed = merge({"value": 12.1, "unit": "mg"}, whole, groups=GROUPS, base_is_current=False)

    assert untouched.status == "merged"
    assert changed.status == "conflict"


scalars = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.5, 1.0, "a", "b"])
records = st.fixed_dictionaries(dict.fromkeys(FIELDS, scalars))


def edit_of(seen: dict[str, Value], wanted: dict[str, Value]) -> dict[str, Change]:
    """Return the whole-group edit of somebody who saw one record and wants another."""
    changes = {
        field: Change(to=value, has_from=True, from_=seen[field])
        for field, value in wanted.items()
        if not same_value(value, seen[field])
    }
    return whole_groups(changes, seen, groups=GROUPS)


def after(current: dict[str, Value], merged: Merged) -> dict[str, Value]:
    return {**current, **merged.values}


def merge_stale(current: dict[str, Value], changes: dict[str, Change]) -> Merged:
    return merge(current, changes, groups=GROUPS, base_is_current=False)


def groups_of(record: dict[str, Value]) -> dict[tuple[str, ...], list[Value]]:
    alone = [(field,) for field in FIELDS if not any(field in group for group in GROUPS)]
    return {group: [record[field] for field in group] for group in (*GROUPS, *alone)}


@given(base=records, one=records, other=records)
def test_edits_of_disjoint_groups_give_one_record_in_any_order(base, one, other):
    depths = {field: one[field] for field in ("upper_depth_cm", "lower_depth_cm", "note")}
    value = {field: other[field] for field in ("value", "unit", "censoring", "crop")}
    first, second = edit_of(base, {**base, **depths}), edit_of(base, {**base, **value})

    forth = after(base, merge_stale(base, first))
    forth = after(forth, merge_stale(forth, second))
    back = after(base, merge_stale(base, second))
    back = after(back, merge_stale(back, first))

    assert same_value(forth, back)
    assert same_value(forth, {**base, **depths, **value})


@given(current=records, seen=records, wanted=records)
def test_merging_an_operation_twice_changes_nothing_more(current, seen, wanted):
    changes = edit_of(seen, wanted)
    merged = merge_stale(current, changes)

    again = merge_stale(after(current, merged), changes)

    assert again.values == {}
    assert again.conflicts == merged.conflicts
    assert merged.conflicts or again.status == "noop"


@given(current=records, seen=records, wanted=records)
def test_every_group_of_the_outcome_is_whole_from_one_side(current, seen, wanted):
    merged = merge_stale(current, edit_of(seen, wanted))

    mine, theirs = groups_of(wanted), groups_of(current)
    for group, values in groups_of(after(current, merged)).items():
        assert same_value(values, mine[group]) or same_value(values, theirs[group])


@given(current=records, seen=records, wanted=records)
def test_no_value_is_invented_and_none_is_lost_in_silence(current, seen, wanted):
    changes = edit_of(seen, wanted)
    merged = merge_stale(current, changes)

    for field, value in merged.values.items():
        assert same_value(value, changes[field].to)
    told = {field for conflict in merged.conflicts for field in conflict.device}
    for field, change in changes.items():
        assert same_value(after(current, merged)[field], change.to) or field in told


@given(
    stored=st.lists(st.sampled_from("abcdef"), unique=True),
    one=st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))),
    other=st.tuples(st.sets(st.sampled_from("def")), st.sets(st.sampled_from("def"))),
)
def test_set_changes_of_other_members_give_one_set_in_any_order(stored, one, other):
    first, second = (
        {"photos": Change(is_set=True, add=tuple(add), remove=tuple(remove))}
        for add, remove in (one, other)
    )
    base: dict[str, Value] = {"photos": stored}

    forth = after(base, merge_stale(base, first))
    forth = after(forth, merge_stale(forth, second))
    back = after(base, merge_stale(base, second))
    back = after(back, merge_stale(back, first))

    assert sorted(forth["photos"]) == sorted(back["photos"])
    assert set(forth["photos"]) <= {*stored, *one[0], *other[0]}
