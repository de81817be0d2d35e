"""Puts services under the whole suite before any other conftest or test module is imported."""

from __future__ import annotations

import pytest

from tests.services import prepare_environment

prepare_environment()

pytest_plugins = ["tests.people"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no process waits for another at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
