"""The app of everything the samples say about carbon."""

from __future__ import annotations

from django.apps import AppConfig


class EstimatesConfig(AppConfig):
    """Estimate orders, runs, results and scenarios."""

    name = "estimates"
    default_auto_field = "django.db.models.BigAutoField"
