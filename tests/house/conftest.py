"""What several tests of the house need."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory of its own for a server: other accounts may be let through to it, and stay so."""
    with tempfile.TemporaryDirectory(prefix="rootfield-tests-") as path:
        yield Path(path)
