"""Whole conversations between the reference client and the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sampling.actions.devices import issue_enrolment_code, revoke
from sampling.models import Campaign, CoreSegment, Device, Plot, Project, SoilCore, SyncBatch, User
from sampling.tablet import Problem, Surroundings, Tablet
from tests.sync.in_process import InProcess

pytestmark = pytest.mark.django_db

TabletMaker = Callable[..., Tablet]


@pytest.fixture
def enrolled(
    project: Project,
    technician: User,
    admin: User,
    campaign: Campaign,
    tmp_path: Path,
) -> Iterator[TabletMaker]:
    """Return a maker of tablets that are enrolled and have pulled their scopes."""
    tablets: list[Tablet] = []

    def make(*faults: str) -> Tablet:
        _, code = issue_enrolment_code(
            project=project,
            user=technician,
            issued_by=admin,
            device_name=f"Tablet {len(tablets) + 1}",
            campaigns=[campaign],
            at=timezone.now(),
        )
        tablet = Tablet(
            tmp_path / f"{len(tablets)}.sqlite",
            InProcess(*faults),
            surroundings=Surroundings(sleep=lambda _seconds: None),
        )
        tablets.append(tablet)
        tablet.hello()
        tablet.enrol(code)
        tablet.pull()
        return tablet

    yield make
    for tablet in tablets:
        tablet.close()


def capture_core(tablet: Tablet, plot: Plot, campaign: Campaign) -> tuple[str, str, str]:
    """Capture a point, a core and a segment; return their ids."""
    scope = campaign.capture_scope
    point = tablet.capture("sampling_point", {"plot": str(plot.id), "code": "P1"}, scope)
    core = tablet.capture(
        "soil_core", {"sampling_point": point, "code": "C1", "inner_diameter_cm": 6.0}, scope
    )
    segment = tablet.capture(
        "core_segment", {"soil_core": core, "upper_depth_cm": 0, "lower_depth_cm": 30}, scope
    )
    return point, core, segment


def shown_diameter(tablet: Tablet, core: str) -> float:
    """Return the inner diameter a tablet shows, cm."""
    record = tablet.record("soil_core", core)
    assert record is not None
    return float(record.data["inner_diameter_cm"])


def test_a_tablet_enrols_captures_offline_pushes_and_finds_its_records_again(
    enrolled: TabletMaker, plot: Plot, campaign: Campaign
) -> None:
    first = enrolled()
    _, core, _ = capture_core(first, plot, campaign)

    first.push()
    second = enrolled()

    assert SoilCore.objects.get().pk.hex == core.replace("-", "")
    assert shown_diameter(second, core) == 6.0
    assert second.status().records[campaign.capture_scope] == 3


def test_a_lost_answer_is_asked_for_again_and_nothing_is_stored_twice(
    enrolled: TabletMaker, plot: Plot, campaign: Campaign
) -> None:
    tablet = enrolled("lost answer")
    capture_core(tablet, plot, campaign)

    tablet.push()

    assert CoreSegment.objects.count() == 1
    assert SyncBatch.objects.count() == 1
    assert tablet.status().pending == 0


def test_two_tablets_edit_one_field_and_both_see_the_conflict_and_its_end(
    enrolled: TabletMaker, plot: Plot, campaign: Campaign
) -> None:
    first, second = enrolled(), enrolled()
    _, core, _ = capture_core(first, plot, campaign)
    first.push()
    for tablet in (first, second):
        tablet.pull()
    first.edit("soil_core", core, {"inner_diameter_cm": 6.5})
    second.edit("soil_core", core, {"inner_diameter_cm": 7.0})
    first.push()
    second.push()
    second.pull()

    (conflict,) = second.conflicts()
    second.resolve(conflict, {"inner_diameter_cm": 7.0})
    second.push()
    for tablet in (first, second):
        tablet.pull()

    assert SoilCore.objects.get().inner_diameter_cm == 7.0
    assert shown_diameter(first, core) == shown_diameter(second, core) == 7.0
    assert second.conflicts() == []


def test_a_revoked_tablet_reads_nothing_and_what_it_sends_is_kept(
    enrolled: TabletMaker, plot: Plot, campaign: Campaign, admin: User
) -> None:
    tablet = enrolled()
    capture_core(tablet, plot, campaign)
    revoke(Device.objects.get(), by=admin, reason="lost", at=timezone.now())

    answers: list[Any] = []
    for message in (tablet.push, tablet.pull):
        with pytest.raises(Problem) as caught:
            message()
        answers.append(caught.value.code)

    assert answers == ["device-revoked", "device-revoked"]
    assert SyncBatch.objects.get().state == "quarantined"
    assert SoilCore.objects.count() == 0
