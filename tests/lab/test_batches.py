"""A batch can be taken back while nobody built on it; rows that wait are linked, never lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from sampling.actions.lab import UNDO_WITHIN
from sampling.actions.lab_batches import can_undo, link_held_results, undo_batch
from sampling.actions.lab_moves import Move, move_results
from sampling.errors import Forbidden, NotFound, StateConflict
from sampling.models import CodeBlock, Determination, ImportBatch, Specimen
from sampling.rules.codes import write_code
from tests.lab.conftest import MONDAY, commit
from tests.people import make_record

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def batch_of(project, lab_tech, carbon):
    """Return a function that enters rows and returns the batch and its body."""

    def entered(*rows, **how):
        whole = [{"variable": "carbon_percent", "unit": "%", **row} for row in rows]
        body = commit(whole, project=project, user=lab_tech, **how)
        return ImportBatch.objects.get(pk=body["batch"]), body

    return entered


@pytest.fixture
def move(project):
    def moved(result, step, by, reason=""):
        result.refresh_from_db()
        seen, asked = {result.pk: result.version}, Move(step=step, reason=reason)
        return move_results(seen, asked, project=project.pk, by=by, at=MONDAY)

    return moved


def states():
    return dict(Determination.objects.values_list("as_entered", "state"))


def test_taking_a_batch_back_discards_what_it_made(batch_of, specimens, lab_tech, move):
    batch, _ = batch_of(
        {"specimen": specimens[0].code, "value": "41"},
        {"specimen": specimens[1].code, "value": "42"},
    )
    move(batch.determinations.get(as_entered="42"), "submit", lab_tech)

    undone = undo_batch(batch.pk, user=lab_tech, at=LATER)

    assert undone.undone_at == LATER
    assert undone.answer["undo"]["allowed"] is False
    assert states() == {"41": "discarded", "42": "discarded"}


def test_taking_back_twice_is_harmless(client_for, specimen, carbon, lab_tech):
    client = client_for(lab_tech)
    row = {"specimen": specimen.code, "variable": carbon.code, "value": "41"}
    body = client.post("/api/v1/lab/results:bulk?mode=commit", {"rows": [row]}).json()
    href = body["undo"]["href"]

    answers = [client.post(href) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert Determination.objects.get().version == 2
    told = client.get(href.removesuffix(":undo")).json()["answer"]
    assert (told["undo"]["allowed"], body["undo"]["allowed"]) == (False, True)


def test_taking_back_puts_back_what_was_superseded_and_cleared(
    batch_of, specimens, lab_tech, verifier, lab_manager, move
):
    first, _ = batch_of(
        {"specimen": specimens[0].code, "value": "41"},
        {"specimen": specimens[1].code, "value": "42"},
    )
    approved = first.determinations.get(as_entered="41")
    for step, by in (("submit", lab_tech), ("verify", verifier), ("approve", lab_manager)):
        move(approved, step, by)
    second, _ = batch_of(
        {"specimen": specimens[0].code, "value": "43", "amend_reason": "reweighed"},
        {"specimen": specimens[1].code, "value": {"clear": True}},
        if_exists="supersede",
    )
    assert states() == {"41": "superseded", "42": "discarded", "43": "draft"}

    undo_batch(second.pk, user=lab_tech, at=LATER)

    assert states() == {"41": "approved", "42": "draft", "43": "discarded"}
    assert Determination.objects.released().get() == approved


@pytest.mark.parametrize("how", ["verified", "superseded"])
def test_a_batch_somebody_built_on_is_not_taken_back(
    batch_of, specimens, lab_tech, verifier, move, how
):
    batch, _ = batch_of(
        {"specimen": specimens[0].code, "value": "41"},
        {"specimen": specimens[1].code, "value": "42"},
    )
    result = batch.determinations.get(as_entered="42")
    if how == "verified":
        move(result, "submit", lab_tech)
        move(result, "verify", verifier)
    else:
        batch_of({"specimen": specimens[1].code, "value": "43"}, if_exists="supersede")

    with pytest.raises(StateConflict) as refused:
        undo_batch(batch.pk, user=lab_tech, at=LATER)

    assert not can_undo(batch, at=LATER)
    assert refused.value.extra["results"] == [{"id": str(result.pk), "state": how}]
    assert states()["41"] == "draft"


def test_a_batch_is_not_taken_back_when_its_time_is_over(batch_of, specimen, lab_tech):
    batch, _ = batch_of({"specimen": specimen.code, "value": "41"})

    with pytest.raises(StateConflict, match="time"):
        undo_batch(batch.pk, user=lab_tech, at=MONDAY + UNDO_WITHIN + timedelta(seconds=1))


def test_nothing_is_put_back_where_something_else_was_entered(batch_of, specimen, lab_tech):
    batch_of({"specimen": specimen.code, "value": "41"})
    cleared, _ = batch_of({"specimen": specimen.code, "value": {"clear": True}})
    batch_of({"specimen": specimen.code, "value": "43"})

    with pytest.raises(StateConflict, match="Something else was entered"):
        undo_batch(cleared.pk, user=lab_tech, at=LATER)

    assert states() == {"41": "discarded", "43": "draft"}


def test_only_the_laboratory_takes_batches_back(batch_of, specimen, verifier, outsider):
    batch, _ = batch_of({"specimen": specimen.code, "value": "41"})

    with pytest.raises(Forbidden):
        undo_batch(batch.pk, user=verifier, at=LATER)
    for pk, person in ((batch.pk, outsider), (specimen.pk, verifier)):
        with pytest.raises(NotFound):
            undo_batch(pk, user=person, at=LATER)


@pytest.fixture
def block(project, device):
    """Return codes a tablet of the project may have written on bags."""
    return make_record(CodeBlock, project, device=device, first_number=4000, size=500)


def arrive(campaign, number):
    return make_record(
        Specimen,
        campaign.project,
        scope=campaign.capture_scope,
        code=write_code(number),
        kind="roots",
    )


def test_a_row_whose_specimen_has_not_come_yet_is_held(batch_of, block, specimen):
    batch, body = batch_of(
        {"specimen": specimen.code, "value": "41"},
        {"specimen": write_code(4000).lower(), "value": "42,5", "ref": "B2"},
    )

    row = body["rows"][1]
    assert (batch.status_code, body["status"], body["counts"]["held"]) == (207, "partial", 1)
    assert (row["status"], row["result"], row["read_as"]) == ("held", None, "42.5")
    assert "specimen.awaited" in [warning["code"] for warning in row["warnings"]]


def test_codes_nobody_of_the_project_was_given_are_unknown(batch_of, block, specimen):
    _, body = batch_of({"specimen": write_code(4500), "value": "42"})

    assert body["rows"][0]["errors"][0]["code"] == "specimen.unknown"


def test_a_held_row_is_entered_when_its_specimen_comes(
    batch_of, block, campaign, project, lab_tech
):
    batch, _ = batch_of(
        {"specimen": write_code(4001), "value": "42,5", "ref": "B2", "flag": "late"},
        {"specimen": write_code(4002), "value": "43"},
    )
    assert link_held_results(project=project.pk) == 0

    specimen = arrive(campaign, 4001)
    linked = [link_held_results(project=project.pk) for _ in range(2)]

    batch.refresh_from_db()
    result = Determination.objects.get()
    assert linked == [1, 0]
    assert (result.specimen, result.value, result.as_entered) == (specimen, Decimal("42.5"), "42,5")
    assert (result.entered_by, result.entered_at, result.batch) == (lab_tech, MONDAY, batch)
    assert result.flags == ["late"]
    assert [row["status"] for row in batch.answer["rows"]] == ["created", "held"]
    assert batch.answer["counts"]["held"] == 1


def test_a_held_row_that_meets_another_result_is_refused_and_stays_readable(
    batch_of, block, campaign, project
):
    batch, _ = batch_of({"specimen": write_code(4001), "value": "42"})
    arrive(campaign, 4001)
    batch_of({"specimen": write_code(4001), "value": "43"})

    assert link_held_results(project=project.pk) == 0

    batch.refresh_from_db()
    (row,) = batch.answer["rows"]
    assert row["status"] == "rejected"
    assert row["errors"][0]["code"] == "result.exists"
    assert row["sent"]["value"] == "42"


def test_rows_of_a_batch_taken_back_are_not_linked(batch_of, block, campaign, project, lab_tech):
    batch, _ = batch_of({"specimen": write_code(4001), "value": "42"})
    undo_batch(batch.pk, user=lab_tech, at=LATER)
    arrive(campaign, 4001)

    assert link_held_results(project=project.pk) == 0
    assert not Determination.objects.exists()
