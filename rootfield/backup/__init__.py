"""Backups of the whole site in one file, restoring them, and comparing what a database holds.

`write.write_backup` and `restore.restore_backup` are the two verbs; the management commands call
them, and the drill. A backup is a ZIP: `tables/<name>` as COPY text in the order of the primary
key, `files/<path>` as stored, and last `manifest.json` with rows and SHA-256 of each.
"""
