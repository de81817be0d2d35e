"""The migrations say what the models say."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()

    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1, stdout=said)

    assert "No changes detected" in said.getvalue()
