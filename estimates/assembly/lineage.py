"""Which record an estimate used, and at which revision."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sampling.models import Determination, SyncedModel


class Lineage(NamedTuple):
    """One record or determination, and the revision that was read."""

    kind: str
    record: uuid.UUID
    revision: int


def lineage_of(row: SyncedModel | Determination) -> Lineage:
    """Return the lineage of a row; the revision of a determination is its version."""
    if isinstance(row, Determination):
        return Lineage("determination", row.pk, row.version)
    return Lineage(row.record_type, row.pk, row.revision)
