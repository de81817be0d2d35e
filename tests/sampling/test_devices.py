from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from sampling.actions import devices
from sampling.actions.code_blocks import BLOCK_SIZE, issue_code_block, top_up_codes
from sampling.errors import (
    DeviceRevoked,
    EnrolmentRefused,
    NotFound,
    StateConflict,
    TokenInvalid,
)
from sampling.models import (
    Assignment,
    AuditEvent,
    Campaign,
    CodeBlock,
    Device,
    EnrolmentCode,
    Membership,
    Project,
    Specimen,
    SyncChange,
    User,
)
from sampling.rules.codes import CODE_COUNT, write_code
from tests.people import FRIDAY, make_record

INSTALL = uuid.UUID("22222222-2222-4222-8222-222222222222")


@pytest.fixture
def code(project: Project, technician: User, admin: User, campaign: Campaign) -> str:
    _, plain = devices.issue_enrolment_code(
        project=project,
        user=technician,
        issued_by=admin,
        device_name="Tablet 7",
        campaigns=[campaign],
        at=FRIDAY,
    )
    return plain


def enrol(code: str, *, hours: float = 1) -> tuple[Device, str]:
    at = FRIDAY + timedelta(hours=hours)
    return devices.enrol(code, install=INSTALL, model="Tab A", app="2.3.0", at=at)


def test_a_code_turns_a_tablet_into_a_device_of_its_person(
    code: str, technician: User, campaign: Campaign, project: Project
) -> None:
    device, token = enrol(code)

    assert (device.name, device.user, device.state) == ("Tablet 7", technician, "active")
    assert devices.authenticate(token) == device
    assert devices.scopes_of(device) == {project.scope: "ro", campaign.capture_scope: "rw"}
    assert EnrolmentCode.objects.get().device == device


def test_neither_code_nor_token_is_stored(code: str) -> None:
    device, token = enrol(code)

    row = Device.objects.filter(pk=device.pk).values().get()
    assert token not in str(row)
    assert row["token_prefix"] == token[:8]
    assert code not in str(EnrolmentCode.objects.values().get())


def test_a_code_is_read_however_it_was_typed(code: str) -> None:
    device, _ = enrol(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))

    assert device.state == "active"


def test_a_code_opens_once(code: str) -> None:
    enrol(code)

    with pytest.raises(EnrolmentRefused):
        enrol(code)
    assert Device.objects.count() == 1


def test_a_code_opens_for_a_day(code: str) -> None:
    with pytest.raises(EnrolmentRefused):
        enrol(code, hours=24)

    assert not Device.objects.exists()


def test_an_unknown_code_is_refused(db: None) -> None:
    with pytest.raises(EnrolmentRefused):
        enrol("AAAAA-BBBBB-CCCCC-DDDDD")


def test_a_code_of_a_person_who_left_is_refused(code: str, technician: User) -> None:
    Membership.objects.filter(user=technician).delete()

    with pytest.raises(EnrolmentRefused):
        enrol(code)


def test_codes_are_made_only_for_people_and_campaigns_of_the_project(
    project: Project, other_project: Project, technician: User, outsider: User, campaign: Campaign
) -> None:
    asked = {"issued_by": outsider, "device_name": "x", "at": FRIDAY}

    with pytest.raises(NotFound):
        devices.issue_enrolment_code(project=project, user=outsider, campaigns=[], **asked)
    with pytest.raises(NotFound):
        devices.issue_enrolment_code(
            project=other_project, user=outsider, campaigns=[campaign], **asked
        )


@pytest.mark.django_db(transaction=True)
def test_of_many_tablets_using_one_code_at_once_one_becomes_a_device(code: str) -> None:
    barrier = Barrier(4)

    def try_to_enrol(_: int) -> str:
        barrier.wait(10)
        try:
            return enrol(code)[1]
        except EnrolmentRefused:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tokens = [token for token in pool.map(try_to_enrol, range(4)) if token]

    assert len(tokens) == 1
    assert Device.objects.count() == 1


def test_the_first_block_of_codes_comes_with_enrolment_and_is_announced(code: str) -> None:
    device, _ = enrol(code)

    block = CodeBlock.objects.get()
    assert (block.device, block.first_number, block.size) == (device, 0, BLOCK_SIZE)
    assert SyncChange.objects.filter(type="code_block", record=block.pk).exists()


def test_blocks_of_any_size_are_aligned_and_never_overlap(device: Device) -> None:
    sizes = [500, 7, 500, 64, 1]

    blocks = [issue_code_block(device, at=FRIDAY, size=size) for size in sizes]

    assert all(block.first_number % block.size == 0 for block in blocks)
    ends = [block.first_number + block.size for block in blocks]
    assert all(end <= later.first_number for end, later in zip(ends, blocks[1:], strict=False))


@pytest.mark.django_db(transaction=True)
def test_blocks_asked_for_at_once_do_not_overlap(device: Device) -> None:
    barrier = Barrier(4)

    def ask(_: int) -> int:
        barrier.wait(10)
        try:
            return issue_code_block(device, at=FRIDAY).first_number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        firsts = sorted(pool.map(ask, range(4)))

    assert firsts == [0, 500, 1000, 1500]


def test_codes_run_out_with_an_error_not_with_a_wrong_code(
    project: Project, device: Device
) -> None:
    last = CODE_COUNT - 10
    make_record(CodeBlock, project, device=device, first_number=last, size=10)

    with pytest.raises(StateConflict):
        issue_code_block(device, at=FRIDAY)


def test_another_block_comes_when_the_last_is_half_used(
    project: Project, campaign: Campaign, device: Device
) -> None:
    first = issue_code_block(device, at=FRIDAY, size=256)
    assert top_up_codes(device, at=FRIDAY) is None
    for number in range(7):
        make_record(
            Specimen, project, scope=campaign.capture_scope, code=write_code(number), kind="roots"
        )

    second = top_up_codes(device, at=FRIDAY)

    assert second is not None
    assert second.first_number >= first.first_number + first.size
    assert top_up_codes(device, at=FRIDAY) is None


def test_a_device_without_any_codes_gets_some(device: Device) -> None:
    assert top_up_codes(device, at=FRIDAY) is not None


def test_a_reborn_tablet_has_a_new_identity_and_the_same_campaigns(
    code: str, campaign: Campaign, project: Project
) -> None:
    device, token = enrol(code)
    twin = uuid.uuid4()

    heir, new_token = devices.rebirth(device, install=twin, last_n=41, at=FRIDAY)

    assert heir.pk != device.pk
    assert devices.authenticate(new_token) == heir
    assert devices.scopes_of(heir) == {project.scope: "ro", campaign.capture_scope: "rw"}
    former = devices.authenticate(token)
    assert (former.state, former.state_reason) == ("closed", "enrolled again after operation 41")
    assert devices.scopes_of(former) == {}
    assert CodeBlock.objects.filter(device=heir).exists()


def test_both_twins_can_be_reborn_and_the_identities_of_one_install_are_counted(code: str) -> None:
    device, token = enrol(code)
    devices.rebirth(device, install=uuid.uuid4(), last_n=5, at=FRIDAY)

    heir, _ = devices.rebirth(devices.authenticate(token), install=INSTALL, last_n=7, at=FRIDAY)

    assert heir.incarnation == 2
    assert Device.objects.filter(state="active").count() == 2


def test_a_rebirth_repeated_leaves_one_active_device(code: str) -> None:
    _device, token = enrol(code)
    twin = uuid.uuid4()

    for _ in range(2):
        heir, _ = devices.rebirth(devices.authenticate(token), install=twin, last_n=5, at=FRIDAY)

    assert Device.objects.get(state="active") == heir


def test_a_revoked_device_is_known_but_granted_nothing(
    device: Device, device_token: str, admin: User
) -> None:
    devices.revoke(device, by=admin, reason="lost", at=FRIDAY)
    devices.revoke(device, by=admin, reason="lost again", at=FRIDAY)

    known = devices.authenticate(device_token)

    assert (known.state, known.state_reason) == ("revoked", "lost")
    assert devices.scopes_of(known) == {}
    assert AuditEvent.objects.filter(action="device.revoked").count() == 1
    with pytest.raises(DeviceRevoked):
        devices.rebirth(known, install=INSTALL, last_n=1, at=FRIDAY)


def test_the_device_of_a_person_who_may_not_sign_in_is_revoked(
    device: Device, device_token: str, technician: User
) -> None:
    technician.is_active = False
    technician.save()

    known = devices.authenticate(device_token)

    assert known.state == "revoked"
    assert Device.objects.get().state == "revoked"


def test_the_device_of_a_person_without_membership_is_granted_nothing(
    device: Device, technician: User
) -> None:
    Membership.objects.filter(user=technician).delete()

    assert devices.scopes_of(device) == {}


def test_a_revoked_assignment_is_no_grant_and_the_wider_of_two_counts(
    device: Device, campaign: Campaign, technician: User, project: Project
) -> None:
    Assignment.objects.create(campaign=campaign, user=technician, mode="ro", granted_at=FRIDAY)
    assert devices.scopes_of(device)[campaign.capture_scope] == "rw"

    Assignment.objects.filter(device=device).update(revoked_at=FRIDAY)

    assert devices.scopes_of(device) == {project.scope: "ro", campaign.capture_scope: "ro"}


@pytest.mark.parametrize("token", ["", "rfd_", "rfd_" + "x" * 43, "\x00", "ä\ud800"])
def test_an_unknown_token_is_refused(device: Device, token: str) -> None:
    with pytest.raises(TokenInvalid):
        devices.authenticate(token)


def test_authenticating_asks_the_database_once(
    device: Device, device_token: str, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        known = devices.authenticate(device_token)
        assert known.user.is_active


def test_what_happened_to_devices_is_in_the_audit(code: str, admin: User) -> None:
    device, _ = enrol(code)
    devices.revoke(device, by=admin, reason="lost", at=FRIDAY)

    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["enrolment_code.issued", "device.enrolled", "device.revoked"]
    assert code not in str(list(AuditEvent.objects.values()))
