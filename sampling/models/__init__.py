"""The nouns of sampling. Other rooms import them from here.

`RECORD_MODELS` lists what is synced, parents before children.
"""

from __future__ import annotations

from sampling.models.base import CapturedModel, SyncedModel
from sampling.models.campaigns import Assignment, Campaign, CampaignMove, PlannedPlot
from sampling.models.cores import CoreSegment, SamplingPoint, SoilCore
from sampling.models.files import Attachment, StoredFile, Upload
from sampling.models.findings import Finding, ReviewedScope
from sampling.models.lab import (
    LIVE_STATES,
    Determination,
    ImportBatch,
    Method,
    MethodVersion,
    Transition,
    Variable,
)
from sampling.models.ledger import (
    FINAL_STATUSES,
    HELD_STATUSES,
    LedgerDue,
    RecordVersion,
    SyncBatch,
    SyncChange,
    SyncConflict,
    SyncEpoch,
    SyncOperation,
    SyncScope,
    SyncWaiting,
)
from sampling.models.people import ROLES, AuditEvent, Device, EnrolmentCode, Membership, User
from sampling.models.protocols import Protocol, ProtocolVersion
from sampling.models.specimens import (
    CodeBlock,
    CustodyEvent,
    RootFraction,
    Specimen,
    SpecimenLink,
)
from sampling.models.studies import (
    Block,
    CropStand,
    ManagementEvent,
    Plot,
    Project,
    Site,
    Study,
    Treatment,
    WeatherMonth,
)
from sampling.models.traits import Measurement, PenetrationProfile

RECORD_MODELS: dict[str, type[SyncedModel]] = {
    model.record_type: model
    for model in (
        ProtocolVersion,
        Variable,
        Site,
        Study,
        Treatment,
        Block,
        Plot,
        CropStand,
        ManagementEvent,
        Campaign,
        PlannedPlot,
        CodeBlock,
        SamplingPoint,
        SoilCore,
        CoreSegment,
        Specimen,
        SpecimenLink,
        RootFraction,
        Measurement,
        PenetrationProfile,
        CustodyEvent,
        Attachment,
    )
}

__all__ = [
    "FINAL_STATUSES",
    "HELD_STATUSES",
    "LIVE_STATES",
    "RECORD_MODELS",
    "ROLES",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "Block",
    "Campaign",
    "CampaignMove",
    "CapturedModel",
    "CodeBlock",
    "CoreSegment",
    "CropStand",
    "CustodyEvent",
    "Determination",
    "Device",
    "EnrolmentCode",
    "Finding",
    "ImportBatch",
    "LedgerDue",
    "ManagementEvent",
    "Measurement",
    "Membership",
    "Method",
    "MethodVersion",
    "PenetrationProfile",
    "PlannedPlot",
    "Plot",
    "Project",
    "Protocol",
    "ProtocolVersion",
    "RecordVersion",
    "ReviewedScope",
    "RootFraction",
    "SamplingPoint",
    "Site",
    "SoilCore",
    "Specimen",
    "SpecimenLink",
    "StoredFile",
    "Study",
    "SyncBatch",
    "SyncChange",
    "SyncConflict",
    "SyncEpoch",
    "SyncOperation",
    "SyncScope",
    "SyncWaiting",
    "SyncedModel",
    "Transition",
    "Treatment",
    "Upload",
    "User",
    "Variable",
    "WeatherMonth",
]
