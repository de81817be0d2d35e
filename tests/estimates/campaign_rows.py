"""A demo campaign as rows, put straight into the tables: the fast road, for tests of estimates."""

from __future__ import annotations

import uuid

from django.db import transaction

from rootfield.demo.mapping import map_campaign
from rootfield.demo.records import MappedCampaign
from rootfield.demo.tables import CampaignTables
from sampling.actions.ledger import announce
from sampling.models import RECORD_MODELS, Campaign, Determination, User
from tests.people import FRIDAY


def load(tables: CampaignTables, campaign: Campaign, *, enterer: User, verifier: User) -> None:
    """Store every record of the tables, and their results as released."""
    mapped = map_campaign(tables, namespace=campaign.project_id)
    shared = {"project_id": campaign.project_id, "received_at": FRIDAY}
    ids: dict[str, uuid.UUID] = {}
    by_type: dict[str, dict[uuid.UUID, object]] = {}
    for record in mapped.project:
        by_type.setdefault(record.type, {})[record.id] = _row(
            record.type, {**record.fields, "id": record.id}, scope=campaign.project.scope, **shared
        )
    for record in mapped.captures:
        ids[record.key] = uuid.uuid5(campaign.project_id, record.key)
        parents = {name: ids[key] for name, key in record.parents.items()}
        fields = {**record.fields, **parents, "id": ids[record.key]}
        if record.type == "specimen":
            fields["code"] = f"RF-{len(ids):06d}"
        row = _row(record.type, fields, scope=campaign.capture_scope, **shared)
        by_type.setdefault(record.type, {})[row.pk] = row
    with transaction.atomic():
        for kind, rows in by_type.items():
            RECORD_MODELS[kind]._default_manager.bulk_create(rows.values())
            announce(list(rows.values()))
    _release(mapped, ids, campaign, enterer=enterer, verifier=verifier)


def _row(kind, fields, **shared):
    model = RECORD_MODELS[kind]
    names = {field.name: field.attname for field in model._meta.concrete_fields}
    plain = {names[name]: value for name, value in fields.items()}
    return model(**plain, **shared)


def _release(
    mapped: MappedCampaign,
    ids: dict[str, uuid.UUID],
    campaign: Campaign,
    *,
    enterer: User,
    verifier: User,
) -> None:
    rows = []
    for row in mapped.lab:
        is_below, number = row.value.startswith("<"), row.value.lstrip("<>≤≥ ")
        rows.append(
            Determination(
                project_id=campaign.project_id,
                specimen_id=ids[row.specimen],
                variable_id=row.variable_id,
                value=None if is_below or not number else number,
                censoring="lt" if is_below else "none",
                limit=number if is_below else None,
                unit=row.unit,
                as_entered=row.value,
                reason=row.reason,
                replicate_no=row.replicate_no,
                state="approved",
                entered_by=enterer,
                entered_at=FRIDAY,
                verified_by=verifier,
                approved_by=verifier,
                approved_at=FRIDAY,
            )
        )
    Determination.objects.bulk_create(rows)
