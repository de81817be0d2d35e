"""Single records, for the doors people use. All of it goes through the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from sampling.actions.intake import Actor, accept_operations
from sampling.actions.outside_references import strangers
from sampling.actions.record_types import record_type
from sampling.errors import RecordRefused, VersionMoved
from sampling.models import Campaign, SyncedModel
from sampling.rules.operations import Operation

Record = TypeVar("Record", bound=SyncedModel)


def as_json(value: Any) -> Any:
    """Return a field's value as it travels: ids and dates as text, the rest as it is."""
    if isinstance(value, SyncedModel):
        return str(value.pk)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def create_record(
    model: type[Record],
    fields: Mapping[str, Any],
    *,
    project: UUID,
    user: UUID,
    via: str,
    at: dt.datetime,
) -> Record:
    """Create a record of the project's own scope; raises RecordRefused with every problem.

    An `id` among the fields is taken as the record's own; without one it gets a new id. With the
    id of a record that exists and says the same, nothing changes.
    """
    author = Actor(project=project, via=via, user=user, scopes={f"project:{project}": "rw"})
    return _create(model, fields, scope=f"project:{project}", author=author, at=at)


def create_captured(
    model: type[Record],
    fields: Mapping[str, Any],
    *,
    campaign: Campaign,
    user: UUID,
    via: str,
    at: dt.datetime,
) -> Record:
    """Create a record of a campaign, as create_record, under the campaign's protocol version."""
    scope = campaign.capture_scope
    author = Actor(project=campaign.project_id, via=via, user=user, scopes={scope: "rw"})
    versioned = {"captured_version": campaign.protocol_version_id, **fields}
    return _create(model, versioned, scope=scope, author=author, at=at)


def _create(
    model: type[Record],
    fields: Mapping[str, Any],
    *,
    scope: str,
    author: Actor,
    at: dt.datetime,
) -> Record:
    operation = Operation(
        id=uuid7(),
        type=model.record_type,
        record=fields.get("id") or uuid7(),
        scope=scope,
        do="create",
        changes={name: {"to": as_json(value)} for name, value in fields.items() if name != "id"},
        at=at.isoformat(),
        by=author.user,
    )
    _take(operation, actor=author, at=at)
    return model._default_manager.get(pk=operation.record)


def change_record(
    record: Record,
    fields: Mapping[str, Any],
    *,
    user: UUID,
    via: str,
    at: dt.datetime,
    revision: int | None = None,
) -> Record:
    """Change fields of a record and return it fresh.

    `revision` is the one the person saw; raises VersionMoved when it is no longer the latest.
    """
    if revision not in (None, record.revision):
        raise VersionMoved
    kind = record_type(record.record_type)
    seen = {name: as_json(getattr(record, kind.by_name[name].column)) for name in fields}
    operation = Operation(
        id=uuid7(),
        type=record.record_type,
        record=record.id,
        scope=record.scope,
        do="patch",
        base_revision=record.revision,
        changes={
            name: {"from": seen[name], "to": as_json(value)} for name, value in fields.items()
        },
        at=at.isoformat(),
        by=user,
    )
    _accept(operation, project=record.project_id, via=via, at=at)
    return type(record)._default_manager.get(pk=record.pk)


def void_record(record: SyncedModel, *, user: UUID, via: str, at: dt.datetime, why: str) -> None:
    """Withdraw a record; it stays readable in the ledger."""
    operation = Operation(
        id=uuid7(),
        type=record.record_type,
        record=record.id,
        scope=record.scope,
        do="delete",
        base_revision=record.revision,
        at=at.isoformat(),
        by=user,
        why=why,
    )
    _accept(operation, project=record.project_id, via=via, at=at)


def _accept(operation: Operation, *, project: UUID, via: str, at: dt.datetime) -> None:
    actor = Actor(project=project, via=via, user=operation.by, scopes={operation.scope: "rw"})
    _take(operation, actor=actor, at=at)


def _take(operation: Operation, *, actor: Actor, at: dt.datetime) -> None:
    for problem in strangers([operation], project=actor.project).values():
        raise RecordRefused(problem["detail"], problems=[problem])
    accept_operations([operation], actor=actor, received_at=at, is_strict=True)
