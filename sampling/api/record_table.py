"""Which record types have an address, who reads them and who writes them."""

from __future__ import annotations

from dataclasses import dataclass

from sampling.models import (
    Attachment,
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
from sampling.rules.roles import APPEND_ONLY, WRITES


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


def _row(path: str, model: type[SyncedModel], read: str) -> Row:
    name = model.record_type
    return Row(
        path=path,
        model=model,
        read=read,
        write=WRITES.get(name),
        is_append_only=name in APPEND_ONLY,
    )


TABLE = (
    _row("sites", Site, "study.read"),
    _row("studies", Study, "study.read"),
    _row("treatments", Treatment, "study.read"),
    _row("blocks", Block, "study.read"),
    _row("plots", Plot, "study.read"),
    _row("crop-stands", CropStand, "study.read"),
    _row("management-events", ManagementEvent, "study.read"),
    _row("campaigns", Campaign, "campaign.read"),
    _row("planned-plots", PlannedPlot, "campaign.read"),
    _row("variables", Variable, "method.read"),
    _row("code-blocks", CodeBlock, "device.read"),
    _row("sampling-points", SamplingPoint, "record.read"),
    _row("soil-cores", SoilCore, "record.read"),
    _row("core-segments", CoreSegment, "record.read"),
    _row("specimens", Specimen, "record.read"),
    _row("specimen-links", SpecimenLink, "record.read"),
    _row("root-fractions", RootFraction, "record.read"),
    _row("measurements", Measurement, "record.read"),
    _row("penetration-profiles", PenetrationProfile, "record.read"),
    _row("custody-events", CustodyEvent, "record.read"),
    _row("attachments", Attachment, "record.read"),
)

# Who sets up which type: the types of the project's own scope that people write.
SET_UP = {
    row.model.record_type: row.write
    for row in TABLE
    if row.write is not None and row.model.scope_kind == "project"
}
