"""Puts services under the whole suite before any other conftest or test module is imported."""

from __future__ import annotations

from tests.services import prepare_environment

prepare_environment()

pytest_plugins = ["tests.people"]
