"""Results move step by step, never by who entered them alone, all of a set or none."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.actions.lab_moves import MOST_RESULTS, Move, move_results
from sampling.errors import (
    Forbidden,
    FourEyes,
    MalformedRequest,
    NotFound,
    RecordRefused,
    StateConflict,
    TooLarge,
)
from sampling.models import Determination, Transition
from tests.lab.conftest import MONDAY, commit, make_specimens

MOVE = "/api/v1/lab/results:move"


@pytest.fixture
def move(project):
    """Return a function that takes a step with results as they are stored now."""

    def moved(results, step, by, reason="", text=""):
        seen = dict(
            Determination.objects.filter(pk__in=[r.pk for r in results]).values_list(
                "pk", "version"
            )
        )
        asked = Move(step=step, reason=reason, text=text)
        found = move_results(seen, asked, project=project.pk, by=by, at=MONDAY)
        for result in results:
            result.refresh_from_db()
        return found

    return moved


def test_a_good_result_goes_from_draft_to_approved(
    move, enter, specimen, lab_tech, verifier, lab_manager
):
    result = enter(specimen)

    move([result], "submit", lab_tech)
    move([result], "verify", verifier)
    (moved,) = move([result], "approve", lab_manager)

    assert (moved.id, moved.state, moved.version) == (result.pk, "approved", 4)
    assert (result.state, result.version, result.approved_at) == ("approved", 4, MONDAY)
    assert (result.verified_by, result.approved_by) == (verifier, lab_manager)
    steps = list(Transition.objects.order_by("pk").values_list("from_state", "to_state", "by"))
    assert steps == [
        ("", "draft", lab_tech.pk),
        ("draft", "submitted", lab_tech.pk),
        ("submitted", "verified", verifier.pk),
        ("verified", "approved", lab_manager.pk),
    ]
    assert Determination.objects.released().get() == result


def test_the_ways_back(move, enter, specimen, lab_tech, verifier, lab_manager):
    result = enter(specimen)

    states = []
    for step, by, reason in [
        ("submit", lab_tech, ""),
        ("recall", lab_tech, ""),
        ("submit", lab_tech, ""),
        ("return", verifier, "contaminated"),
        ("submit", lab_tech, ""),
        ("verify", verifier, ""),
        ("return", verifier, "wrong_well"),
        ("verify", verifier, ""),
        ("approve", lab_manager, ""),
        ("invalidate", lab_manager, "carry_over"),
    ]:
        move([result], step, by, reason)
        states.append((result.state, result.verified_by is not None))

    assert states == [
        ("submitted", False),
        ("draft", False),
        ("submitted", False),
        ("draft", False),
        ("submitted", False),
        ("verified", True),
        ("submitted", False),
        ("verified", True),
        ("approved", True),
        ("invalidated", True),
    ]


def test_a_hold_stops_the_verifier_until_the_manager_overrides_it(
    move, enter, specimen, lab_tech, verifier, lab_manager
):
    result = enter(specimen)
    move([result], "submit", lab_tech)
    move([result], "hold", verifier, "quality_control", "blank too high")

    with pytest.raises(StateConflict, match="on hold"):
        move([result], "verify", verifier)
    with pytest.raises(Forbidden):
        move([result], "override", verifier, "quality_control")
    move([result], "override", lab_manager, "quality_control", "blank measured again")
    move([result], "verify", verifier)

    assert (result.state, result.is_on_hold) == ("verified", False)


def test_an_approved_result_on_hold_is_not_released(
    move, enter, specimen, lab_tech, verifier, lab_manager
):
    result = enter(specimen)
    move([result], "submit", lab_tech)
    move([result], "verify", verifier)
    move([result], "approve", lab_manager)

    (moved,) = move([result], "hold", verifier, "quality_control")

    assert moved.is_on_hold
    assert not Determination.objects.released().exists()


@pytest.mark.parametrize("step", ["return", "reject", "invalidate", "hold", "override"])
def test_steps_that_need_a_reason_ask_for_one(move, enter, specimen, many_sided, step):
    result = enter(specimen)

    for reason, text in [("", "because"), ("because", ""), ("other", " ")]:
        with pytest.raises(RecordRefused):
            move([result], step, many_sided, reason, text)


def test_nobody_verifies_or_approves_their_own_in_a_second_role(
    move, enter, specimen, second_role, verifier
):
    result = enter(specimen)
    move([result], "submit", second_role)

    with pytest.raises(FourEyes):
        move([result], "verify", second_role)
    move([result], "verify", verifier)
    with pytest.raises(FourEyes):
        move([result], "approve", second_role)

    assert result.state == "verified"


def test_one_own_result_among_others_stops_the_whole_bulk(
    client_for, move, enter, specimens, second_role, many_sided
):
    row = {"specimen": specimens[1].code, "variable": "carbon_percent", "value": "40", "unit": "%"}
    mine = enter(specimens[0])
    theirs = Determination.objects.get(
        pk=commit([row], project=mine.project, user=many_sided)["rows"][0]["result"]
    )
    move([mine, theirs], "submit", second_role)

    answer = client_for(second_role).post(
        MOVE,
        {
            "step": "verify",
            "results": [{"id": str(r.pk), "version": 2} for r in (theirs, mine)],
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "four-eyes")
    assert [named["id"] for named in answer.json()["results"]] == [str(mine.pk)]
    assert set(Determination.objects.values_list("state", flat=True)) == {"submitted"}


def test_a_result_that_moved_since_it_was_seen_stays(client_for, enter, specimens, lab_tech):
    results = [enter(specimen) for specimen in specimens]
    seen = [{"id": str(result.pk), "version": 1} for result in results]
    client = client_for(lab_tech)
    client.post(MOVE, {"step": "submit", "results": seen[:1]})

    answer = client.post(MOVE, {"step": "submit", "results": seen})

    assert (answer.status_code, answer.json()["code"]) == (409, "version-moved")
    assert answer.json()["results"] == [
        {"id": str(results[0].pk), "state": "submitted", "version": 2}
    ]
    assert Determination.objects.filter(state="draft").count() == 2


def test_a_state_that_does_not_allow_a_step_says_so(move, enter, specimen, many_sided):
    result = enter(specimen)

    for step in ("recall", "verify", "approve", "invalidate"):
        with pytest.raises(StateConflict, match="A result that is draft"):
            move([result], step, many_sided, "other", "trying")


def test_only_who_entered_a_result_takes_it_back(move, enter, specimen, lab_tech, many_sided):
    result = enter(specimen)
    move([result], "submit", lab_tech)

    with pytest.raises(StateConflict, match="Only who entered"):
        move([result], "recall", many_sided)


@pytest.mark.parametrize(
    ("who", "step"),
    [
        ("technician", "submit"),
        ("field_lead", "submit"),
        ("analyst", "verify"),
        ("admin", "approve"),
        ("lab_tech", "verify"),
        ("verifier", "approve"),
        ("lab_manager", "verify"),
    ],
)
def test_a_role_that_does_not_suffice_is_told(request, move, enter, specimen, who, step):
    result = enter(specimen)

    with pytest.raises(Forbidden):
        move([result], step, request.getfixturevalue(who))


def test_another_projects_results_are_not_found(enter, specimen, outsider, project, other_project):
    result = enter(specimen)
    seen = {result.pk: 1}

    with pytest.raises(NotFound):
        move_results(seen, Move(step="submit"), project=project.pk, by=outsider, at=MONDAY)
    with pytest.raises(NotFound):
        move_results(seen, Move(step="submit"), project=other_project.pk, by=outsider, at=MONDAY)


def test_a_set_is_limited_and_a_step_is_named(project, lab_tech):
    ids = {uuid.uuid4(): 1 for _ in range(MOST_RESULTS + 1)}

    with pytest.raises(TooLarge):
        move_results(ids, Move(step="submit"), project=project.pk, by=lab_tech, at=MONDAY)
    for seen, step in (({}, "submit"), ({uuid.uuid4(): 1}, "promote")):
        with pytest.raises(MalformedRequest):
            move_results(seen, Move(step=step), project=project.pk, by=lab_tech, at=MONDAY)


def test_thousands_move_by_as_many_queries_as_a_few(
    move, project, campaign, lab_tech, verifier, carbon
):
    specimens = make_specimens(campaign, 1, first=5000)
    rows = [
        {
            "specimen": specimens[0].code,
            "variable": carbon.code,
            "value": "41",
            "unit": "%",
            "replicate_no": 1 + number % 900,
            "purpose": f"p{number // 900}",
        }
        for number in range(2000)
    ]
    commit(rows, project=project, user=lab_tech)
    results = list(Determination.objects.all())
    few, many = results[:5], results[5:]
    counts = []

    for some in (few, many):
        seen = {result.pk: 1 for result in some}
        with CaptureQueriesContext(connection) as queries:
            move_results(seen, Move(step="submit"), project=project.pk, by=lab_tech, at=MONDAY)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8
    assert Determination.objects.filter(state="submitted").count() == 2000
    assert Transition.objects.filter(to_state="submitted").count() == 2000


@pytest.mark.parametrize(
    "body",
    [
        {"step": "submit"},
        {"step": "submit", "results": [{"id": "x", "version": 1}]},
        {"step": "submit", "results": [{"id": str(uuid.UUID(int=1)), "version": 0}]},
        {"step": "submit", "results": [{"id": str(uuid.UUID(int=1)), "version": 1}] * 2},
        {"step": "submit", "results": []},
        {"step": "promote", "results": [{"id": str(uuid.UUID(int=1)), "version": 1}]},
        [],
    ],
)
def test_a_move_that_cannot_be_understood_is_refused(client_for, lab_tech, body):
    assert client_for(lab_tech).post(MOVE, body).status_code == 400
