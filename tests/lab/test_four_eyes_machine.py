"""Whatever people try, in whatever order and through whatever door, the table of states holds."""

from __future__ import annotations

import uuid
from itertools import pairwise

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from sampling.actions.lab_moves import Move, move_results
from sampling.errors import RootfieldError
from sampling.models import Determination, Project, Transition, User
from sampling.rules.lab_states import LIVE_STATES, STEPS, refusal
from sampling.rules.roles import grants
from tests.lab.conftest import CARBON, MONDAY, commit, make_specimens, make_variable
from tests.people import make_member

PEOPLE = {
    "lab_tech": ("lab_technician",),
    "verifier": ("lab_verifier",),
    "manager": ("lab_manager",),
    "many_sided": ("lab_technician", "lab_verifier", "lab_manager"),
    "admin": ("project_admin",),
}
people = st.sampled_from(sorted(PEOPLE))
steps = st.sampled_from(sorted(STEPS))
doors = st.sampled_from(["action", "bulk", "page"])


class Laboratory(RuleBasedStateMachine):
    """People who enter, move and amend one result, and the table that says what may happen."""

    project: Project
    campaign = None
    users: dict[str, User]

    @initialize()
    def open(self):
        number = uuid.uuid4().int % 10**6
        self.specimen = make_specimens(self.campaign, 1, first=number)[0]
        self.typed = 0
        self.state = "none"
        self.on_hold = False
        self.author = ""

    @rule(who=people)
    def enter_or_amend(self, who):
        """Type another value into the cell, with a reason."""
        self.typed += 1
        row = {
            "specimen": self.specimen.code,
            "variable": "carbon_percent",
            "value": str(20 + self.typed % 30) + f".{self.typed:04}",
            "unit": "%",
            "amend_reason": "transcription",
        }
        may = grants(PEOPLE[who], "lab.enter")
        try:
            body = commit([row], project=self.project, user=self.users[who], if_exists="supersede")
        except RootfieldError:
            assert not may
            return
        assert may
        assert body["rows"][0]["status"] in ("created", "superseded")
        self.state, self.author, self.on_hold = "draft", who, False

    @rule(who=people, step=steps, door=doors)
    def move(self, who, step, door):
        """Try any step by anybody through any door; only the table decides."""
        result = self.standing()
        if result is None:
            return
        expected = refusal(
            STEPS[step], state=self.state, is_on_hold=self.on_hold, is_own=who == self.author
        )
        may = expected is None and grants(PEOPLE[who], STEPS[step].permission)
        assert self.tried(door, result, step, who) == may
        if may:
            self.state = STEPS[step].targets[self.state]
            if STEPS[step].sets_hold is not None:
                self.on_hold = STEPS[step].sets_hold

    @rule(who=people, step=steps)
    def move_what_was_seen_before(self, who, step):
        """A step on a version that is gone never happens."""
        result = self.standing()
        if result is not None:
            stale = {result.pk: result.version + 1}
            with pytest.raises(RootfieldError):
                self.act(stale, step, who)

    def tried(self, door, result, step, who):
        """Return whether the step was taken through a door."""
        if door == "action":
            try:
                self.act({result.pk: result.version}, step, who)
            except RootfieldError:
                return False
            return True
        client = APIClient()
        client.force_login(self.users[who])
        if door == "bulk":
            body = {
                "project": str(self.project.pk),
                "step": step,
                "reason": "quality_control",
                "results": [{"id": str(result.pk), "version": result.version}],
            }
            return client.post("/api/v1/lab/results:move", body).status_code == 200
        form = {
            "step": step,
            "reason": "quality_control",
            "result": [f"{result.pk}:{result.version}"],
        }
        page = f"/projects/{self.project.pk}/lab/"
        return client.post(page, form, format="multipart").status_code == 302

    def act(self, seen, step, who):
        """Take a step with the action itself."""
        asked = Move(step=step, reason="quality_control")
        return move_results(seen, asked, project=self.project.pk, by=self.users[who], at=MONDAY)

    def standing(self):
        """Return the result the table speaks about."""
        mine = Determination.objects.filter(specimen=self.specimen)
        return mine.exclude(state="superseded").order_by("-pk").first()

    @invariant()
    def the_database_agrees_with_the_table(self):
        result = self.standing()
        if result is not None:
            assert (result.state, result.is_on_hold) == (self.state, self.on_hold)

    @invariant()
    def nobody_signed_their_own(self):
        for result in Determination.objects.filter(specimen=self.specimen):
            assert result.entered_by_id not in (result.verified_by_id, result.approved_by_id)

    @invariant()
    def at_most_one_result_stands(self):
        live = Determination.objects.filter(specimen=self.specimen, state__in=LIVE_STATES)
        assert live.count() <= 1

    @invariant()
    def the_steps_make_one_chain(self):
        for result in Determination.objects.filter(specimen=self.specimen):
            taken = list(
                Transition.objects.filter(determination=result)
                .order_by("pk")
                .values_list("from_state", "to_state")
            )
            assert taken[0] == ("", "draft")
            assert all(a[1] == b[0] for a, b in pairwise(taken))
            assert taken[-1][1] == result.state
            assert result.version == len(taken)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_table_of_states_holds_whatever_people_try(db, project, campaign):
    Laboratory.project, Laboratory.campaign = project, campaign
    Laboratory.users = {name: make_member(project, f"m_{name}", *r) for name, r in PEOPLE.items()}
    make_variable(project, "carbon_percent", **CARBON)

    run_state_machine_as_test(
        Laboratory,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("signature", ["verified_by_id", "approved_by_id"])
def test_the_database_refuses_ones_own_signature_whoever_asks(enter, specimen, signature):
    result = enter(specimen)

    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE sampling_determination SET {signature} = entered_by_id,"
                " version = version + 1 WHERE id = %s",
                [result.pk],
            )


def test_the_admin_site_signs_nothing(client, enter, specimen, second_role):
    result = enter(specimen)
    second_role.is_staff = second_role.is_superuser = True
    second_role.save()
    client.force_login(second_role)

    form = {"state": "approved", "verified_by": second_role.pk, "approved_by": second_role.pk}
    for way in ("change", "delete"):
        try:
            client.post(f"/admin/sampling/determination/{result.pk}/{way}/", form)
        except InternalError:
            pytest.fail("the admin site reached the trigger instead of refusing before")

    result.refresh_from_db()
    assert (result.state, result.verified_by, result.version) == ("draft", None, 1)
