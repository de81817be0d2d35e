"""Whoever writes an app finds every field of every record type."""

from __future__ import annotations

from pathlib import Path

from tests.house.record_page import page

RECORDS = Path(__file__).resolve().parents[2] / "docs" / "sync" / "records.md"


def test_the_page_of_record_types_is_current():
    assert RECORDS.read_text() == page(), "Run `make pages`."
