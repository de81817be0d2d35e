"""The app of everything planned, taken and measured."""

from __future__ import annotations

from django.apps import AppConfig


class SamplingConfig(AppConfig):
    """Studies, cores, specimens, lab results and the ledger they are written through."""

    name = "sampling"
    default_auto_field = "django.db.models.BigAutoField"
