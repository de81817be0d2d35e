"""What is doubtful about a record; flagged, never refused for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sampling.models.base import one_of
from sampling.models.people import User


class FindingQuerySet(models.QuerySet["Finding"]):
    """Sets of findings with a name in the field."""

    def open(self) -> FindingQuerySet:
        """Those nobody accepted and no change mended."""
        return self.filter(state="open")

    def for_user(self, user: User) -> FindingQuerySet:
        """Those of the projects the person belongs to."""
        return self.filter(project__in=user.memberships.values("project"))


FINDING_STATES = [("open", "open"), ("accepted", "accepted"), ("fixed", "fixed")]


FINDING_SEVERITIES = [("note", "note"), ("warning", "warning"), ("serious", "serious")]


class Finding(models.Model):
    """A doubt a rule raised about a record: open, accepted with a reason, or fixed."""

    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="findings")
    scope = models.CharField(max_length=48)
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8, choices=FINDING_SEVERITIES)
    record_type = models.CharField(max_length=40)
    record = models.UUIDField()
    key = models.CharField(max_length=120, blank=True)
    message = models.TextField()
    detail = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=FINDING_STATES, default="open")
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="finding_once", fields=["rule", "record_type", "record", "key"]
            ),
            one_of("finding_state_known", "state", FINDING_STATES),
            one_of("finding_severity_known", "severity", FINDING_SEVERITIES),
            models.CheckConstraint(
                name="finding_accepted_with_a_reason",
                condition=~Q(state="accepted") | (Q(settled_by__isnull=False) & ~Q(reason="")),
                violation_error_code="no_reason",
                violation_error_message="Who accepts a doubtful record says why.",
            ),
        ]
        indexes = [models.Index(fields=["scope", "state"], name="finding_scope_state")]

    def __str__(self) -> str:
        return f"{self.rule} on {self.record_type}"


class ReviewedScope(models.Model):
    """How far the change log of a scope has been looked at for doubts."""

    scope = models.CharField(max_length=48, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope} reviewed to {self.seq}"
