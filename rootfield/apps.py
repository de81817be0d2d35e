"""The app that holds the site's own templates, commands and checks."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

from rootfield.logging import configure_structlog


class RootfieldConfig(AppConfig):
    """The wiring; it has no models."""

    name = "rootfield"

    def ready(self) -> None:
        """Start structured logging; register the checks and the extensions of the API schema."""
        configure_structlog()
        for module in ("checks", "schema"):
            import_module(f"rootfield.{module}")
