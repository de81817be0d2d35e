"""Who works in a project, and with which device."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from sampling.models.base import append_only, never_deleted, one_of

ROLES = [
    ("technician", "technician"),
    ("field_lead", "field lead"),
    ("lab_technician", "lab technician"),
    ("lab_verifier", "lab verifier"),
    ("lab_manager", "lab manager"),
    ("protocol_editor", "protocol editor"),
    ("protocol_publisher", "protocol publisher"),
    ("analyst", "analyst"),
    ("data_steward", "data steward"),
    ("project_admin", "project admin"),
]


class User(AbstractUser):
    """A person who signs in. Who leaves is made inactive, never deleted: records name them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta(AbstractUser.Meta):
        triggers = [never_deleted()]

    def has_role(self, project_id: uuid.UUID, *roles: str) -> bool:
        """Return whether the person holds one of the roles in the project."""
        return Membership.objects.filter(user=self, project_id=project_id, role__in=roles).exists()


class Membership(models.Model):
    """One role of one person in one project."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    project = models.ForeignKey("sampling.Project", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, choices=ROLES)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["user", "project", "role"]),
            one_of("membership_role_known", "role", ROLES),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"


class DeviceQuerySet(models.QuerySet["Device"]):
    """Sets of devices with a name in the field."""

    def active(self) -> DeviceQuerySet:
        """Devices that may sync."""
        return self.filter(state="active")

    def for_user(self, user: User) -> DeviceQuerySet:
        """Devices of the projects the person belongs to."""
        return self.filter(project__in=user.memberships.values("project"))


DEVICE_STATES = [("active", "active"), ("revoked", "revoked"), ("closed", "closed")]


class Device(models.Model):
    """A tablet enrolled in a project by one person.

    Only the first characters and the SHA-256 of its token are stored. `incarnation` counts
    the identities one install has had; a device that finds a twin enrols anew. `clock_offset_s`
    is how far its clock was ahead at the last push, `clock_offset_max_s` the one furthest from
    zero; nothing is decided by them. `have_upto` counts its operations that are stored without
    a gap, `have_more` holds the ranges of numbers stored above. `granted` is the campaigns it may
    read or write and how, where they were read together with its token.
    """

    granted: Sequence[tuple[uuid.UUID, str | None]] | None = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="devices")
    user = models.ForeignKey(User, models.PROTECT, related_name="devices")
    name = models.CharField(max_length=80)
    install = models.UUIDField()
    model = models.CharField(max_length=120, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    incarnation = models.PositiveIntegerField(default=1)
    token_prefix = models.CharField(max_length=8)
    token_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=DEVICE_STATES, default="active")
    state_reason = models.CharField(max_length=200, blank=True)
    enrolled_at = models.DateTimeField()
    last_push_at = models.DateTimeField(null=True, blank=True)
    last_pull_at = models.DateTimeField(null=True, blank=True)
    clock_offset_s = models.FloatField(null=True, blank=True)
    clock_offset_max_s = models.FloatField(null=True, blank=True)
    queued_reported = models.PositiveIntegerField(null=True, blank=True)
    have_upto = models.BigIntegerField(default=0)
    have_more = models.JSONField(default=list, blank=True)
    backed_up_upto = models.BigIntegerField(default=0)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="device_token_once", fields=["token_sha256"]),
            one_of("device_state_known", "state", DEVICE_STATES),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.name


class EnrolmentCode(models.Model):
    """A one-time code, shown as QR, that turns a tablet into a device."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    device_name = models.CharField(max_length=80)
    campaigns = models.ManyToManyField("sampling.Campaign", blank=True, related_name="+")
    code_sha256 = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    device = models.OneToOneField(
        Device, models.PROTECT, null=True, blank=True, related_name="enrolment_code"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enrolmentcode_used_by_a_device",
                condition=Q(used_at__isnull=True, device__isnull=True)
                | Q(used_at__isnull=False, device__isnull=False),
                violation_error_code="used_without_device",
                violation_error_message="A used code names the device that used it.",
            )
        ]

    def __str__(self) -> str:
        return f"enrolment of {self.device_name}"


class AuditEvent(models.Model):
    """Who did what to whom, besides the records themselves. Never changed."""

    at = models.DateTimeField()
    project = models.ForeignKey(
        "sampling.Project", models.PROTECT, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-at"], name="auditevent_recent")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject}"
