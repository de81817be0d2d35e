"""Enrolling tablets, and what a tablet may do once enrolled."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from sampling.actions.code_blocks import issue_code_block
from sampling.actions.prepared import ask
from sampling.errors import DeviceRevoked, EnrolmentRefused, NotFound, TokenInvalid
from sampling.models import (
    Assignment,
    AuditEvent,
    Campaign,
    Device,
    EnrolmentCode,
    Membership,
    Project,
    User,
)
from sampling.rules import secrets as written

CODE_LIFE = timedelta(hours=24)
MARK = "rfd_"  # tells people and scanners of leaked secrets what they found
TOKEN_BYTES = 32  # 256 bit
STRONGEST_FIRST = ("rw", "append", "ro")

# Asked by every request of every tablet: the ORM takes longer to word it than the database to
# answer. The grants are one row at least for a member of the project, none for anybody else.
_DEVICE_FIELDS = tuple(field.attname for field in Device._meta.concrete_fields)
_USER_FIELDS = tuple(
    field.attname
    for field in User._meta.concrete_fields
    if field.attname in ("id", "username", "is_active")
)
_GRANTS = (
    "SELECT a.campaign_id, a.mode"
    " FROM (SELECT user_id, project_id, {device}::uuid AS device_id FROM sampling_membership"
    "  WHERE user_id = {user} AND project_id = {project} LIMIT 1) AS m"
    " LEFT JOIN (sampling_assignment AS a JOIN sampling_campaign AS c ON c.id = a.campaign_id)"
    " ON (a.device_id = m.device_id OR a.user_id = m.user_id)"
    "  AND a.revoked_at IS NULL AND c.project_id = m.project_id"
)
_GRANTS_OF = _GRANTS.format(device="%s", user="%s", project="%s")
_GRANTS_THERE = _GRANTS.format(device="d.id", user="d.user_id", project="d.project_id")
_CARRIES = (
    f"SELECT {', '.join(f'd.{name}' for name in _DEVICE_FIELDS)},"
    f" {', '.join(f'u.{name}' for name in _USER_FIELDS)}, g.campaigns, g.modes"
    " FROM sampling_device AS d JOIN sampling_user AS u ON u.id = d.user_id,"
    " LATERAL (SELECT array_agg(g.campaign_id) AS campaigns, array_agg(g.mode::text) AS modes"
    f"  FROM ({_GRANTS_THERE}) AS g) AS g"
    " WHERE d.token_sha256 = %s"
)


def issue_enrolment_code(
    *,
    project: Project,
    user: User,
    issued_by: User,
    device_name: str,
    campaigns: Sequence[Campaign],
    at: datetime,
) -> tuple[EnrolmentCode, str]:
    """Return a new one-time code for a person's tablet, and the code in plain, shown only now.

    It opens for a day. Raises NotFound when the person or a campaign is not of the project.
    """
    if not Membership.objects.filter(user=user, project=project).exists():
        raise NotFound("This person is not a member of the project.")
    if any(campaign.project_id != project.pk for campaign in campaigns):
        raise NotFound("This campaign is not part of the project.")
    plain = written.write_enrolment_code(secrets.token_bytes(written.CODE_LENGTH))
    with transaction.atomic():
        code = EnrolmentCode.objects.create(
            project=project,
            user=user,
            issued_by=issued_by,
            device_name=device_name,
            code_sha256=written.enrolment_code_sha256(plain),
            issued_at=at,
            expires_at=at + CODE_LIFE,
        )
        code.campaigns.set(campaigns)
        AuditEvent.objects.create(
            at=at,
            project=project,
            user=issued_by,
            action="enrolment_code.issued",
            subject_type="enrolment_code",
            subject=str(code.pk),
            detail={"for": str(user.pk), "campaigns": [str(c.pk) for c in campaigns]},
        )
    return code, plain


def enrol(
    code: str, *, install: uuid.UUID, model: str, app: str, at: datetime
) -> tuple[Device, str]:
    """Turn a one-time code into a device; return it with its token, shown only now.

    The device gets the campaigns named with the code and its first block of specimen codes.
    However many tablets try at once, one succeeds; the others, and any later one, get
    EnrolmentRefused.
    """
    with transaction.atomic():
        known = (
            EnrolmentCode.objects.select_for_update(of=("self",))
            .select_related("project", "user")
            .filter(code_sha256=written.enrolment_code_sha256(code))
            .first()
        )
        if known is None or known.used_at is not None or known.expires_at <= at:
            raise EnrolmentRefused
        if not _may_carry_a_device(known.user, known.project_id):
            raise EnrolmentRefused("The person this code was made for has left the project.")
        device, token = _new_device(
            Device(
                project=known.project,
                user=known.user,
                name=known.device_name,
                install=install,
                model=model,
                app_version=app,
                enrolled_at=at,
            )
        )
        known.used_at, known.device = at, device
        known.save(update_fields=["used_at", "device"])
        Assignment.objects.bulk_create(
            Assignment(campaign=campaign, device=device, granted_at=at)
            for campaign in known.campaigns.all()
        )
        _note(device, "device.enrolled", by=known.user, at=at, code=str(known.pk))
        issue_code_block(device, at=at)
    return device, token


def rebirth(device: Device, *, install: uuid.UUID, last_n: int, at: datetime) -> tuple[Device, str]:
    """Give a tablet that met its twin an identity of its own; return it with its token.

    The device it was is closed, keeps its records and may be reborn once more, for the other
    twin. Its campaigns pass on. A revoked device gets DeviceRevoked.
    """
    with transaction.atomic():
        former = (
            Device.objects.select_for_update(of=("self",))
            .select_related("project", "user")
            .get(pk=device.pk)
        )
        if former.state == "revoked":
            raise DeviceRevoked
        Device.objects.filter(
            Q(pk=former.pk) | Q(install=install, user=former.user),
            project=former.project,
            state="active",
        ).update(state="closed", state_reason=f"enrolled again after operation {last_n}")
        heir, token = _new_device(
            Device(
                project=former.project,
                user=former.user,
                name=former.name,
                install=install,
                model=former.model,
                app_version=former.app_version,
                enrolled_at=at,
            )
        )
        Assignment.objects.bulk_create(
            Assignment(campaign_id=campaign, device=heir, mode=mode, granted_at=at)
            for campaign, mode in former.assignments.filter(revoked_at=None).values_list(
                "campaign", "mode"
            )
        )
        _note(heir, "device.reborn", by=former.user, at=at, was=str(former.pk), last_n=last_n)
        issue_code_block(heir, at=at)
    return heir, token


def revoke(device: Device, *, by: User | None, reason: str, at: datetime) -> Device:
    """Withdraw a device at once. Revoking it again changes nothing.

    What it still sends is kept for a data steward to decide on.
    """
    with transaction.atomic():
        locked = Device.objects.select_for_update().get(pk=device.pk)
        if locked.state != "revoked":
            locked.state, locked.state_reason = "revoked", reason
            locked.save(update_fields=["state", "state_reason"])
            _note(locked, "device.revoked", by=by, at=at, reason=reason)
    return locked


def authenticate(token: str) -> Device:
    """Return the device that carries the token, with its person and its grants; one query.

    A device that was revoked or closed is returned as such, so that what it sends can be kept.
    The device of a person who may no longer sign in is revoked here. Raises TokenInvalid.
    """
    digest = written.token_sha256(token)
    row = ask(_CARRIES, [digest]).fetchone()
    if row is None:
        raise TokenInvalid
    device = Device.from_db("default", _DEVICE_FIELDS, row[: len(_DEVICE_FIELDS)])
    device.user = User.from_db("default", _USER_FIELDS, row[len(_DEVICE_FIELDS) : -2])
    device.granted = list(zip(row[-2] or (), row[-1] or (), strict=True))
    if not written.same_digest(device.token_sha256, digest):
        raise TokenInvalid
    if device.state == "active" and not device.user.is_active:
        revoke(device, by=None, reason="its person may no longer sign in", at=timezone.now())
        device.refresh_from_db(fields=["state", "state_reason"])
    return device


def scopes_of(device: Device) -> dict[str, str]:
    """Return what the device is granted, scope to mode; nothing unless it is active.

    A campaign may be granted to the device and to its person; the wider grant counts.
    """
    if device.state != "active" or not device.user.is_active:
        return {}
    grants = device.granted
    if grants is None:
        with connection.cursor() as cursor:
            cursor.execute(_GRANTS_OF, [device.pk, device.user_id, device.project_id])
            grants = cursor.fetchall()
    if not grants:
        return {}
    return _widest(device, [(campaign, mode) for campaign, mode in grants if mode is not None])


def scopes_before_withdrawal(device: Device) -> dict[str, str]:
    """Return what a revoked or closed device was granted when it was withdrawn.

    A grant that ended earlier counts no more; one that ended with the device, or later, does.
    """
    withdrawn = (
        AuditEvent.objects.filter(device=device, action="device.revoked")
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    still = Q(revoked_at=None) | Q(revoked_at__gte=withdrawn) if withdrawn else Q(revoked_at=None)
    grants = Assignment.objects.filter(
        still, Q(device=device) | Q(user=device.user_id), campaign__project=device.project_id
    )
    return _widest(device, grants.values_list("campaign_id", "mode"))


def _widest(device: Device, grants: Iterable[tuple[uuid.UUID, str]]) -> dict[str, str]:
    scopes = {f"project:{device.project_id}": "ro"}
    for campaign, mode in sorted(grants, key=lambda grant: STRONGEST_FIRST.index(grant[1])):
        scopes.setdefault(f"campaign:{campaign}", mode)
    return scopes


def _may_carry_a_device(user: User, project_id: uuid.UUID) -> bool:
    return user.is_active and Membership.objects.filter(user=user, project=project_id).exists()


def _new_device(device: Device) -> tuple[Device, str]:
    """Store a device under a fresh token, counting the identities its install has had."""
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    earlier = Device.objects.filter(project=device.project, install=device.install)
    device.incarnation = 1 + (earlier.aggregate(last=Max("incarnation"))["last"] or 0)
    device.token_prefix = token[:8]
    device.token_sha256 = written.token_sha256(token)
    device.save(force_insert=True)
    return device, token


def _note(device: Device, action: str, *, by: User | None, at: datetime, **detail: object) -> None:
    AuditEvent.objects.create(
        at=at,
        project_id=device.project_id,
        user=by,
        device=device,
        action=action,
        subject_type="device",
        subject=str(device.pk),
        detail=detail,
    )
