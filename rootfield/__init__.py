"""Wiring: what joins the two apps, sampling and estimates, into one site.

Settings, addresses, the Celery app, error answers, health, logs and the embedded services live
here; a rule about samples or carbon never does. This package imports every other and is imported
by none. Outsiders may name `rootfield.celery.app`.
"""

from __future__ import annotations

from rootfield.celery import app as celery_app

__all__ = ["celery_app"]
