"""The numbers an estimate needs beyond what was measured."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from sampling.models.base import append_only


class ParameterSet(models.Model):
    """One version of the numbers of a method, with the source of each. Never changed.

    `content` is the set as it was loaded; `sha256` is that of its canonical JSON. A set that came
    with the site was loaded by nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=20)
    method = models.CharField(max_length=40)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    source_note = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="parameterset_version_once", fields=["method", "version"]),
            models.CheckConstraint(
                name="parameterset_sha256_whole",
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="not_a_digest",
                violation_error_message="A SHA-256 has 64 hexadecimal digits.",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.method} {self.version}"
