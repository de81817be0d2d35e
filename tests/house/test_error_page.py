"""Every code a client can meet is documented."""

from __future__ import annotations

from pathlib import Path

from tests.house.error_page import page

ERRORS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def test_the_page_of_error_codes_is_current():
    assert ERRORS.read_text() == page(), "Run `make pages`."
