"""Deciding between two people's values for one group of fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from sampling.actions.intake import Actor, accept_operations
from sampling.errors import StateConflict
from sampling.models import RECORD_MODELS, SyncConflict, SyncedModel, User
from sampling.rules.operations import Operation


def resolve_conflict(
    conflict: SyncConflict,
    *,
    values: Mapping[str, Any],
    by: User,
    via: str,
    at: datetime,
    why: str = "",
) -> SyncedModel:
    """Settle a conflict with these values of the record's fields and return the record.

    No values keep what is stored. Both sides stay in the ledger. Raises StateConflict when
    somebody settled it before, RecordRefused when a value cannot be.
    """
    if conflict.resolved_at is not None:
        raise StateConflict("Somebody resolved this conflict before you.")
    model = RECORD_MODELS[conflict.type]
    revision = model._default_manager.values_list("revision", flat=True).get(pk=conflict.record)
    operation = Operation(
        id=uuid7(),
        type=conflict.type,
        record=conflict.record,
        scope=conflict.scope,
        do="resolve",
        base_revision=revision,
        changes={name: {"to": value} for name, value in values.items()},
        resolves=(conflict.pk,),
        at=at.isoformat(),
        by=by.pk,
        why=why,
    )
    actor = Actor(project=conflict.project_id, via=via, user=by.pk, scopes={conflict.scope: "rw"})
    accept_operations([operation], actor=actor, received_at=at, is_strict=True)
    return model._default_manager.get(pk=conflict.record)
