"""A database and a folder of one's own for a while, beside those of the site."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings


@contextmanager
def scratch_site() -> Iterator[Path]:
    """Work on an empty, migrated database of the same server; it is dropped at the end.

    Yields a folder for files. The account needs the right to create databases.
    """
    site = connection.settings_dict["NAME"]
    scratch = f"{site}_drill_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(scratch)}")
    connection.close()
    connection.settings_dict["NAME"] = scratch
    try:
        with tempfile.TemporaryDirectory(prefix="rootfield-drill-") as directory:
            files = Path(directory) / "files"
            files.mkdir()
            with override_settings(MEDIA_ROOT=str(files)):
                call_command("migrate", interactive=False, verbosity=0)
                yield Path(directory)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = site
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(scratch)}")
