"""How samples are to be taken, and which wording of it was in force."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sampling.models.base import SyncedModel, ledger_triggers, one_of

_PUBLISHED_IS_FIXED = """
    IF NEW.content IS DISTINCT FROM OLD.content OR NEW.sha256 <> OLD.sha256
        OR NEW.number <> OLD.number OR NEW.protocol_id <> OLD.protocol_id
        OR NEW.drafted_by_id <> OLD.drafted_by_id
        OR NEW.published_by_id IS DISTINCT FROM OLD.published_by_id
        OR NEW.published_at IS DISTINCT FROM OLD.published_at
    THEN
        RAISE EXCEPTION 'protocol version % is published: its content never changes', OLD.number
            USING ERRCODE = 'RF004';
    END IF;
    IF OLD.state = 'retired' AND NEW.state <> 'retired' OR NEW.state = 'draft' THEN
        RAISE EXCEPTION 'protocol versions go from draft to published to retired, never back'
            USING ERRCODE = 'RF004';
    END IF;
    RETURN NEW;
"""


class Protocol(models.Model):
    """A way of sampling, known by one name through all its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="protocols")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="protocol_slug_once", fields=["project", "slug"])
        ]

    def __str__(self) -> str:
        return self.title


PROTOCOL_VERSION_STATES = [("draft", "draft"), ("published", "published"), ("retired", "retired")]


class ProtocolVersion(SyncedModel):
    """One wording of a protocol: draft, then published, then retired.

    `content` is kept as given; `sha256` is that of its canonical JSON. Published content is
    immutable, also for SQL; another person publishes than the one who drafted.
    """

    record_type: ClassVar[str] = "protocol_version"
    read_only: ClassVar[bool] = True

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=PROTOCOL_VERSION_STATES, default="draft")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    change_note = models.TextField(blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="protocolversion_number_once", fields=["protocol", "number"]
            ),
            one_of("protocolversion_state_known", "state", PROTOCOL_VERSION_STATES),
            models.CheckConstraint(
                name="protocolversion_published_by_another",
                condition=Q(state="draft", published_by__isnull=True, published_at__isnull=True)
                | (
                    Q(published_by__isnull=False, published_at__isnull=False)
                    & ~Q(published_by=F("drafted_by"))
                    & ~Q(state="draft")
                ),
                violation_error_code="four_eyes",
                violation_error_message="Another person publishes than the one who drafted.",
            ),
        ]
        triggers = [
            *ledger_triggers("protocol_version"),
            pgtrigger.Trigger(
                name="published_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft"),
                func=_PUBLISHED_IS_FIXED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.number}"
