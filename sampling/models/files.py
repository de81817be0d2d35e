"""Photos, scans and other files: the record that speaks of one, the file, and its way here.

A record and its file come by different roads, in any order. The record names the file by the
SHA-256 of its bytes; a file is there or missing, and never anything in between.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sampling.models.base import (
    CAPTURED,
    CapturedModel,
    between,
    captured_constraints,
    exactly_one,
    ledger_triggers,
    one_of,
)
from sampling.models.cores import DATES, CoreSegment, SamplingPoint, SoilCore
from sampling.models.people import Device
from sampling.models.specimens import RootFraction, Specimen
from sampling.models.studies import Plot

ATTACHMENT_KINDS = [
    ("photo", "photo"),
    ("root_scan", "scan of washed roots"),
    ("document", "document"),
    ("instrument_file", "file of an instrument"),
]

SUBJECTS = ("plot", "sampling_point", "soil_core", "core_segment", "specimen", "root_fraction")

LARGEST_FILE = 10**12  # bytes; settings.FILE_MAX_BYTES says what is taken
SHA256 = r"^[0-9a-f]{64}$"
PLAIN_NAME = r"^[^/\\\x01-\x1f\x7f]*$"

_CONTENT_IS_FINAL = """
    IF NEW.sha256 <> OLD.sha256 OR NEW.size_bytes <> OLD.size_bytes THEN
        RAISE EXCEPTION 'The file of an attachment never changes: attach the new one beside it.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Attachment(CapturedModel):
    """A file somebody attached to a plot, point, core, segment, specimen or root fraction.

    It is applied before its file is here. `media_type` and `file_name` are what the app says;
    nothing is decided by them.
    """

    record_type: ClassVar[str] = "attachment"
    merge_groups = (DATES, ("sha256", "size_bytes", "media_type", "file_name"))

    plot = models.ForeignKey(
        Plot, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    sampling_point = models.ForeignKey(
        SamplingPoint, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    soil_core = models.ForeignKey(
        SoilCore, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    core_segment = models.ForeignKey(
        CoreSegment, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    specimen = models.ForeignKey(
        Specimen, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    root_fraction = models.ForeignKey(
        RootFraction, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=16, choices=ATTACHMENT_KINDS, default="photo")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100, blank=True, default="")
    file_name = models.CharField(max_length=255, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("attachment"),
            one_of("attachment_kind_known", "kind", ATTACHMENT_KINDS),
            models.CheckConstraint(
                name="attachment_one_subject",
                condition=exactly_one(SUBJECTS),
                violation_error_code="one_subject",
                violation_error_message="An attachment belongs to one plot, sampling point, core,"
                " segment, specimen or root fraction.",
            ),
            models.CheckConstraint(
                name="attachment_sha256_written",
                condition=Q(sha256__regex=SHA256),
                violation_error_code="sha256_unreadable",
                violation_error_message="The SHA-256 of a file is 64 hex digits in lower case.",
            ),
            between(
                "attachment_size_range",
                "size_bytes",
                1,
                LARGEST_FILE,
                "A file has at least one byte and at most 10 to the 12th.",
            ),
            models.CheckConstraint(
                name="attachment_plain_file_name",
                condition=Q(file_name__regex=PLAIN_NAME) & ~Q(file_name__in=[".", ".."]),
                violation_error_code="file_name",
                violation_error_message="A file name names no folder and holds no control"
                " character.",
            ),
        ]
        indexes = [
            models.Index(fields=["scope"], name="attachment_scope"),
            models.Index(fields=["project", "sha256"], name="attachment_file"),
        ]
        triggers = [
            *ledger_triggers(
                "attachment",
                {
                    **CAPTURED,
                    "plot": "sampling_plot",
                    "sampling_point": "sampling_samplingpoint",
                    "soil_core": "sampling_soilcore",
                    "core_segment": "sampling_coresegment",
                    "specimen": "sampling_specimen",
                    "root_fraction": "sampling_rootfraction",
                },
            ),
            pgtrigger.Trigger(
                name="content_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_CONTENT_IS_FINAL,
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.get_kind_display()} {self.sha256[:12]}"


PLACES = [
    ("none", "tells no place"),
    ("fenced", "tells a place that copies keep to themselves"),
    ("unknown", "may tell a place"),
]


class StoredFile(models.Model):
    """A file that a project holds, complete and known by its SHA-256.

    The bytes are stored once, however many projects hold them; each project had to send them all
    itself. `media_type` and size in pixels are read from the bytes. `fences` are the bytes that a
    copy for people without exact positions shows as one value: [place, count, value] each.
    `asked_at` is when somebody last sent it or asked whether it is here.
    """

    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    width_px = models.PositiveBigIntegerField(null=True, blank=True)
    height_px = models.PositiveBigIntegerField(null=True, blank=True)
    place = models.CharField(max_length=8, choices=PLACES)
    fences = models.JSONField(default=list, blank=True)
    received_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="storedfile_once", fields=["project", "sha256"]),
            one_of("storedfile_place_known", "place", PLACES),
            models.CheckConstraint(
                name="storedfile_sha256_written",
                condition=Q(sha256__regex=SHA256),
                violation_error_code="sha256_unreadable",
                violation_error_message="The SHA-256 of a file is 64 hex digits in lower case.",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="storedfile_asked"),
            models.Index(fields=["sha256"], name="storedfile_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"


class Upload(models.Model):
    """A file on its way here by the resumable upload protocol tus, until it is complete or expires.

    How much of it is there is the size of the unfinished file on disk. A completed one stays to
    answer a tablet that lost the answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="uploads")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    metadata = models.JSONField(default=dict, blank=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_sha256_written",
                condition=Q(sha256__regex=SHA256),
                violation_error_code="sha256_unreadable",
                violation_error_message="The SHA-256 of a file is 64 hex digits in lower case.",
            ),
            models.CheckConstraint(
                name="upload_size_positive",
                condition=Q(size_bytes__gte=1),
                violation_error_code="out_of_range",
                violation_error_message="A file has at least one byte.",
            ),
            models.CheckConstraint(
                name="upload_expires_later",
                condition=Q(expires_at__gt=F("begun_at")),
                violation_error_code="out_of_order",
                violation_error_message="An upload expires after it began.",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="upload_expiry"),
            models.Index(
                fields=["device"], name="upload_unfinished", condition=Q(completed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"upload of {self.sha256[:12]}, {self.size_bytes} bytes"
