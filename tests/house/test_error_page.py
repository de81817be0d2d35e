"""Every code a client can meet is documented."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from sampling.actions.quarantine import Verdict
from sampling.rules.changes import ChangeMalformed
from tests.house.error_page import page
from tests.house.outcome_codes import HELD, REJECTED, codes_in_the_code

ERRORS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def test_the_page_of_error_codes_is_current():
    assert ERRORS.read_text() == page(), "Run `make pages`."


def test_every_code_an_operation_is_answered_with_is_explained():
    elsewhere = {"change-malformed", "refused", "returned"}  # of an error, and of a steward

    explained = HELD.keys() | REJECTED.keys()

    assert codes_in_the_code() == explained - elsewhere
    assert {"change-malformed"} == {ChangeMalformed.code}
    assert {"refused", "returned"} == set(get_args(Verdict))
