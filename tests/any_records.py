"""Rows of every record type, each with parents of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sampling.models import RECORD_MODELS, Campaign, CodeBlock, Device, Project, SyncedModel
from tests.people import make_record


class AnyRecords:
    """Makes records of any type in one project and campaign."""

    def __init__(self, project: Project, campaign: Campaign, device: Device) -> None:
        self.project, self.campaign, self.device = project, campaign, device

    def make(self, name: str) -> SyncedModel:
        """Return a new record of a type, with new parents."""
        model = RECORD_MODELS[name]
        fields = {field: maker() for field, maker in self.fields(name).items()}
        is_captured = model.scope_kind == "campaign"
        scope = self.campaign.capture_scope if is_captured else self.project.scope
        record: SyncedModel = make_record(model, self.project, scope=scope, **fields)
        return record

    def another(self, name: str) -> Callable[[], SyncedModel]:
        """Return a maker of records of a type."""
        return lambda: self.make(name)

    def fields(self, name: str) -> dict[str, Callable[[], Any]]:
        """Return how to make the fields of a record type that cannot be left out."""
        if RECORD_MODELS[name].scope_kind == "campaign":
            return self.captured_fields(name)
        types: dict[str, dict[str, Callable[[], Any]]] = {
            "site": {"code": word, "land_use": lambda: "cropland", **PLACE},
            "study": {"site": self.another("site"), "code": word},
            "treatment": {"study": self.another("study"), "code": word},
            "block": {"study": self.another("study"), "code": word},
            "plot": {"study": self.another("study"), "code": word},
            "crop_stand": {
                "plot": self.another("plot"),
                "season": lambda: 2026,
                "species": word,
            },
            "management_event": {"plot": self.another("plot"), "kind": lambda: "tillage"},
            "campaign": {"code": word, "protocol_version": lambda: self.campaign.protocol_version},
            "planned_plot": {
                "campaign": lambda: self.campaign,
                "plot": self.another("plot"),
                "cores": lambda: 1,
                "segments": lambda: 2,
            },
            "variable": {"code": word, "analyte": word, "unit": lambda: "g/kg"},
            "code_block": {
                "device": lambda: self.device,
                "first_number": lambda: CodeBlock.objects.count() * 10,
                "size": lambda: 10,
            },
        }
        return types[name]

    def captured_fields(self, name: str) -> dict[str, Callable[[], Any]]:
        """Return how to make the fields of a captured record type."""
        segment = {"core_segment": self.another("core_segment")}
        types: dict[str, dict[str, Callable[[], Any]]] = {
            "sampling_point": {"plot": self.another("plot"), "code": word, **PLACE},
            "soil_core": {"sampling_point": self.another("sampling_point"), "code": word},
            "core_segment": {
                "soil_core": self.another("soil_core"),
                "upper_depth_cm": lambda: 0,
                "lower_depth_cm": lambda: 30,
            },
            "specimen": {**segment, "code": word, "kind": lambda: "roots"},
            "specimen_link": {
                "parent": self.another("specimen"),
                "child": self.another("specimen"),
                "relation": lambda: "split",
            },
            "root_fraction": {**segment, "dry_mass_g": lambda: 1.5},
            "measurement": {
                "plot": self.another("plot"),
                "variable": self.another("variable"),
                "value": lambda: 1,
            },
            "penetration_profile": {"sampling_point": self.another("sampling_point")},
            "custody_event": {"specimen": self.another("specimen"), "kind": lambda: "received"},
            "attachment": {
                "soil_core": self.another("soil_core"),
                "sha256": lambda: word() * 2,
                "size_bytes": lambda: 1,
            },
        }
        return types[name]


def word() -> str:
    """Return a word nobody used before."""
    return uuid.uuid4().hex


PLACE: dict[str, Callable[[], Any]] = {"latitude": lambda: 52.1, "longitude": lambda: 7.2}
