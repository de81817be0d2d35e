"""What migrations add side by side is added together, and comes to the same."""

from __future__ import annotations

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from sampling.migrations._together import Together, together

POSITIVE = models.CheckConstraint(condition=models.Q(depth__gt=0), name="pit_depth_positive")
BY_DEPTH = models.Index(fields=["depth"], name="pit_by_depth")
OPERATIONS = (
    migrations.CreateModel("Pit", [("id", models.BigAutoField(primary_key=True))]),
    migrations.AddField("Pit", "depth", models.FloatField(default=1)),
    migrations.AddConstraint("Pit", POSITIVE),
    migrations.AddIndex("Pit", BY_DEPTH),
)


def names_of(cursor) -> set[str]:
    return set(connection.introspection.get_constraints(cursor, "dug_pit"))


def test_only_what_adds_to_models_is_taken_together():
    *before, added = together(OPERATIONS)

    assert before == list(OPERATIONS[:2])
    assert isinstance(added, Together)
    assert added.operations == list(OPERATIONS[2:])
    assert added.describe() == "; ".join(one.describe() for one in OPERATIONS[2:])


def test_the_state_is_the_same_whether_its_classes_were_built_or_not(db):
    one_by_one, at_once = ProjectState(), ProjectState()
    for operation in OPERATIONS:
        operation.state_forwards("dug", one_by_one)
    for operation in together(OPERATIONS):
        operation.state_forwards("dug", at_once)
        assert at_once.apps.get_model("dug", "Pit")

    assert at_once.models["dug", "pit"].options == one_by_one.models["dug", "pit"].options
    names = {one.name for one in at_once.apps.get_model("dug", "Pit")._meta.constraints}
    assert names == {"pit_depth_positive"}


def test_what_was_added_is_in_the_database_and_can_be_taken_back(db):
    state = ProjectState()
    for operation in OPERATIONS[:2]:
        operation.state_forwards("dug", state)
    after = state.clone()
    (added,) = together(OPERATIONS[2:])
    added.state_forwards("dug", after)

    with connection.schema_editor() as editor:
        editor.create_model(state.apps.get_model("dug", "Pit"))
        added.database_forwards("dug", editor, state, after)
    with connection.cursor() as cursor:
        there = names_of(cursor)
    with connection.schema_editor() as editor:
        added.database_backwards("dug", editor, after, state)
    with connection.cursor() as cursor:
        taken_back = names_of(cursor)

    assert there - taken_back == {"pit_depth_positive", "pit_by_depth"}
