"""Nothing a field holds breaks the server, harms a neighbour, or reaches another project."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from sampling.actions.record_types import record_type
from sampling.actions.records import as_json
from sampling.models import RECORD_MODELS, Campaign, Device, Plot, Project, SyncOperation
from tests.any_records import AnyRecords
from tests.sync.wire import Wire

WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "a text": "wide",
    "a path": "../../../../etc/passwd",
    "markup": "<script>alert(1)</script>'; DROP TABLE sampling_soilcore; --",
    "an id of nobody": str(uuid.UUID(int=7)),
    "zero": 0,
    "less than nothing": -(2**63),
    "beyond 64 bits": 10**30,
    "beyond floats": 10**400,
    "half a pair": "a\ud800b",
    "NUL": "a\u0000b",
    "long": "x" * 20_000,
    "a list": [1, "a", None],
    "deep": [[[[[[[[[[[[[[1]]]]]]]]]]]]]],
    "an object": {"to": {"to": 1}},
    "a date in no calendar": "2026-02-31",
    "the end of time": "9999-12-31T23:59:59-14:00",
}
CAPTURED = [name for name, model in RECORD_MODELS.items() if model.scope_kind == "campaign"]
ENDS = {"applied", "quarantined", "deferred"}


def good_values(records: AnyRecords, name: str) -> dict[str, Any]:
    """Return the values of a good record as they travel."""
    return {field: as_json(maker()) for field, maker in records.fields(name).items()}


def spoilt(name: str, values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a record for each field and each wrong value."""
    for field in record_type(name).fields:
        for what, value in WRONG.items():
            yield f"{field.name}: {what}", {**values, field.name: value}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CAPTURED)
def test_each_wrong_value_of_each_field_costs_its_own_operation_at_most(
    name: str, wire: Wire, plot: Plot, project: Project, campaign: Campaign, device: Device
) -> None:
    values = good_values(AnyRecords(project, campaign, device), name)
    cases = list(spoilt(name, values))

    for start in range(0, len(cases), 250):
        some = cases[start : start + 250]
        before, after = wire.point(plot), wire.point(plot)
        ops = [wire.op(name, values=each) for _, each in some]
        first, *middle, last = wire.outcomes(before, *ops, after)

        assert (first["status"], last["status"]) == ("applied", "applied")
        for (what, _), outcome in zip(some, middle, strict=True):
            assert outcome["status"] in ENDS, what
            if outcome["status"] == "quarantined":
                assert all(p["code"] and p["detail"] for p in outcome["problems"]), what


@pytest.mark.django_db
def test_a_reference_to_a_record_of_another_project_is_never_taken(
    wire: Wire, project: Project, campaign: Campaign, device: Device, other_project: Project
) -> None:
    """P11: it waits, as for a record that does not exist."""
    own = AnyRecords(project, campaign, device)
    foreign = AnyRecords(other_project, campaign, device)
    for name in CAPTURED:
        values = good_values(own, name)
        for field, kind in record_type(name).references.items():
            if kind == "protocol_version":
                continue
            stranger = foreign.make(kind)
            op = wire.op(name, values={**values, field: str(stranger.pk)})

            (outcome,) = wire.outcomes(op)

            assert outcome["status"] == "deferred", (name, field)
            assert {"type": kind, "id": str(stranger.pk)} in outcome["needs"]
    assert not SyncOperation.objects.filter(status="applied", device=device).exists()
