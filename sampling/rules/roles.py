"""Which role may do what in a project. What is not listed is not allowed.

Nobody holds a permission outside a project, and no role holds all of them: who manages people and
devices does not change records, who enters results does not verify them, who drafts a protocol
does not publish it.
"""

from __future__ import annotations

from collections.abc import Iterable

EVERYBODY = frozenset(
    {
        "technician",
        "field_lead",
        "lab_technician",
        "lab_verifier",
        "lab_manager",
        "protocol_editor",
        "protocol_publisher",
        "analyst",
        "data_steward",
        "project_admin",
    }
)

PERMISSIONS: dict[str, frozenset[str]] = {
    "project.read": EVERYBODY,
    "study.read": EVERYBODY,
    "study.write": frozenset({"field_lead"}),
    "campaign.read": EVERYBODY,
    "campaign.write": frozenset({"field_lead"}),
    "assignment.manage": frozenset({"field_lead", "project_admin"}),
    "record.read": EVERYBODY,
    "record.write": frozenset({"field_lead"}),
    "exact_position.read": frozenset({"field_lead", "data_steward"}),
    "conflict.read": frozenset({"technician", "field_lead", "data_steward"}),
    "conflict.resolve": frozenset({"field_lead"}),
    "operation.read": frozenset({"technician", "field_lead", "data_steward", "project_admin"}),
    "quarantine.decide": frozenset({"data_steward"}),
    "finding.read": EVERYBODY,
    "finding.accept": frozenset({"field_lead", "lab_manager", "data_steward"}),
    "protocol.read": EVERYBODY,
    "protocol.draft": frozenset({"protocol_editor"}),
    "protocol.publish": frozenset({"protocol_publisher"}),
    "method.read": EVERYBODY,
    "method.manage": frozenset({"lab_manager"}),
    "lab.read": frozenset(
        {"field_lead", "lab_technician", "lab_verifier", "lab_manager", "analyst", "data_steward"}
    ),
    "lab.enter": frozenset({"lab_technician"}),
    "lab.verify": frozenset({"lab_verifier"}),
    "lab.approve": frozenset({"lab_manager"}),
    "device.read": frozenset({"field_lead", "data_steward", "project_admin"}),
    "device.manage": frozenset({"project_admin"}),
    "device.rescue": frozenset({"field_lead", "data_steward"}),
    "member.read": frozenset({"field_lead", "lab_manager", "data_steward", "project_admin"}),
    "member.manage": frozenset({"project_admin"}),
    "estimate.read": frozenset({"field_lead", "lab_manager", "analyst", "data_steward"}),
    "estimate.order": frozenset({"analyst"}),
    "data.export": frozenset({"analyst", "data_steward"}),
    "data.release": frozenset({"data_steward"}),
}

# The permission that writing a record of each type takes; types that are not named are written by
# their own actions.
WRITES: dict[str, str] = {
    **dict.fromkeys(
        (
            "site",
            "study",
            "treatment",
            "block",
            "plot",
            "crop_stand",
            "management_event",
        ),
        "study.write",
    ),
    "campaign": "campaign.write",
    "planned_plot": "campaign.write",
    "variable": "method.manage",
    **dict.fromkeys(
        (
            "sampling_point",
            "soil_core",
            "core_segment",
            "specimen",
            "specimen_link",
            "root_fraction",
            "measurement",
            "penetration_profile",
            "custody_event",
            "attachment",
        ),
        "record.write",
    ),
}

# Types of which records are made and never changed.
APPEND_ONLY = frozenset({"custody_event"})


def grants(roles: Iterable[str], permission: str) -> bool:
    """Return whether one of the roles holds the permission; KeyError for an unknown permission."""
    return not PERMISSIONS[permission].isdisjoint(roles)
