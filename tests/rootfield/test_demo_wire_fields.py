from __future__ import annotations

import uuid

import pytest
from django.apps import apps

from rootfield.demo.builtin import read_builtin
from rootfield.demo.mapping import map_campaign
from rootfield.demo.records import CaptureRecord, ProjectRecord

PROJECT = uuid.UUID("5f1d2f6e-3c1b-4b53-9d0f-0d1f2c6f7a10")

MAPPED = map_campaign(read_builtin(), namespace=PROJECT)
MODELS = {
    model.record_type: model
    for model in apps.get_app_config("sampling").get_models()
    if hasattr(model, "record_type")
}
RECORDS: list[ProjectRecord | CaptureRecord] = [*MAPPED.project, *MAPPED.captures]

SAMPLED = 100


@pytest.mark.django_db
@pytest.mark.parametrize("record_type", sorted({record.type for record in RECORDS}))
def test_mapped_records_pass_the_rules_of_their_model(record_type):
    model = MODELS[record_type]
    references = {field.name for field in model._meta.fields if field.is_relation}
    unknown_yet = {*references, "received_at", "code"}  # the server and the code block fill them

    records = [record for record in RECORDS if record.type == record_type]
    for record in records[:: len(records) // SAMPLED + 1]:  # the demo day pushes them all
        plain = {name: cell for name, cell in record.fields.items() if name not in references}
        row = model(**plain, project_id=PROJECT, scope="demo")

        row.clean_fields(exclude=unknown_yet)
        row.validate_constraints(exclude=unknown_yet)

        assert getattr(record, "parents", {}).keys() <= references


def test_reasons_of_results_are_those_a_determination_takes():
    reasons = {code for code, _ in apps.get_model("sampling", "Determination").reason.field.choices}

    assert {row.reason for row in MAPPED.lab} <= reasons
