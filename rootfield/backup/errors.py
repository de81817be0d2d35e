"""What keeps a backup from being written or restored."""

from __future__ import annotations


class BackupRefused(Exception):
    """Nothing was changed, or all of it was taken back; the text says what to do."""


class BackupDamaged(BackupRefused):
    """The file is not a whole backup, or not the one that was written."""
