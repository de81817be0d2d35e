"""Which record types have an address, who reads them and who writes them."""

from __future__ import annotations

from dataclasses import dataclass

from sampling.models import (
    Block,
    Campaign,
    CodeBlock,
    CoreSegment,
    CropStand,
    CustodyEvent,
    ManagementEvent,
    Measurement,
    PenetrationProfile,
    PlannedPlot,
    Plot,
    RootFraction,
    SamplingPoint,
    Site,
    SoilCore,
    Specimen,
    SpecimenLink,
    Study,
    SyncedModel,
    Treatment,
    Variable,
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One record type at its address.

    Without a permission to write it is only read: its own action writes it. What is append-only
    is made, and never changed.
    """

    path: str
    model: type[SyncedModel]
    read: str
    write: str | None
    is_append_only: bool = False


def _row(path: str, model: type[SyncedModel], read: str, write: str | None) -> Row:
    is_append_only = model is CustodyEvent
    return Row(path=path, model=model, read=read, write=write, is_append_only=is_append_only)


TABLE = (
    _row("sites", Site, "study.read", "study.write"),
    _row("studies", Study, "study.read", "study.write"),
    _row("treatments", Treatment, "study.read", "study.write"),
    _row("blocks", Block, "study.read", "study.write"),
    _row("plots", Plot, "study.read", "study.write"),
    _row("crop-stands", CropStand, "study.read", "study.write"),
    _row("management-events", ManagementEvent, "study.read", "study.write"),
    _row("campaigns", Campaign, "campaign.read", "campaign.write"),
    _row("planned-plots", PlannedPlot, "campaign.read", "campaign.write"),
    _row("variables", Variable, "method.read", "method.manage"),
    _row("code-blocks", CodeBlock, "device.read", None),
    _row("sampling-points", SamplingPoint, "record.read", "record.write"),
    _row("soil-cores", SoilCore, "record.read", "record.write"),
    _row("core-segments", CoreSegment, "record.read", "record.write"),
    _row("specimens", Specimen, "record.read", "record.write"),
    _row("specimen-links", SpecimenLink, "record.read", "record.write"),
    _row("root-fractions", RootFraction, "record.read", "record.write"),
    _row("measurements", Measurement, "record.read", "record.write"),
    _row("penetration-profiles", PenetrationProfile, "record.read", "record.write"),
    _row("custody-events", CustodyEvent, "record.read", "record.write"),
)

# Who sets up which type: the types of the project's own scope that people write.
SET_UP = {
    row.model.record_type: row.write
    for row in TABLE
    if row.write is not None and row.model.scope_kind == "project"
}
