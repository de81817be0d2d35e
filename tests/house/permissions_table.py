"""Who may do what at which address: one line a route and method.

To add an address, add its line to ROWS below. `route` is the address as Django knows it, without
types (`projects/<project_id>/`); test_permissions prints what it misses. Arguments of the route and
ids in a body are names of things that permission_world.py makes (`pk="device"`, `"@campaign"`);
after an equals sign they stand for themselves (`name="=map"`).

`who` is a permission of sampling/rules/roles.py, or one of the words below. Members without it
are answered `lacking` (403 unless said otherwise); outsiders hold every role in another project and
are answered `outsider` (404; at a list, which shows them their own rows, they are let in).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ANYBODY = "anybody"  # also strangers
SIGNED_IN = "signed in"
TABLET = "tablet"  # a device token; no session opens it
STAFF = "staff of the site"
NOBODY = "nobody"  # answered as if it were not there

AS_SEEN = "403 for who may look at it, 404 for others"

OPEN, SIGN_IN, FORBIDDEN, HIDDEN = "open", "sign in", "forbidden", "hidden"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and method, and who gets through.

    `is_there` is False where nothing exists at the address: who may get through is told 404.
    """

    method: str
    route: str
    who: str
    query: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    lacking: str = FORBIDDEN
    outsider: str = HIDDEN
    is_there: bool = True


def get(route: str, who: str, *, query: str = "", lacking: str = FORBIDDEN, **args: str) -> Row:
    """Return the row of something one looks at."""
    outsider = HIDDEN if args or query.startswith("?project") else OPEN
    return Row(
        method="GET",
        route=route,
        who=who,
        query=query,
        lacking=lacking,
        outsider=outsider,
        arguments=args,
    )


def post(route: str, who: str, body: dict[str, Any] | None = None, **args: str) -> Row:
    """Return the row of something one does."""
    return Row(method="POST", route=route, who=who, body=body or {}, arguments=args)


def patch(route: str, who: str, **args: str) -> Row:
    """Return the row of something one changes."""
    return Row(method="PATCH", route=route, who=who, body={"revision": 1}, arguments=args)


def page(route: str, who: str, change: str = "", **args: str) -> list[Row]:
    """Return the rows of a page of a project, and of the form on it."""
    there = {"is_there": "gone" not in args.values()}
    args = {"project_id": "project", **args}
    rows = [Row(method="GET", route=route, who=who, arguments=args, **there)]
    if change:
        rows.append(Row(method="POST", route=route, who=change, arguments=args, **there))
    return rows


def form(route: str, who: str, **args: str) -> Row:
    """Return the row of a form that has no page of its own."""
    args = {"project_id": "project", **args}
    return Row(
        method="POST", route=route, who=who, arguments=args, is_there="gone" not in args.values()
    )


def tablet(method: str, route: str, **args: str) -> Row:
    """Return the row of something only tablets do."""
    return Row(method=method, route=route, who=TABLET, arguments=args)


def records(path: str, name: str, read: str, write: str) -> list[Row]:
    """Return the rows of a record type that people write."""
    home = {"project": "@project"} if write in SET_UP else {"campaign": "@campaign"}
    return [
        get(f"api/v1/{path}", read),
        post(f"api/v1/{path}", write, home),
        get(f"api/v1/{path}/<pk>", read, pk=name),
        patch(f"api/v1/{path}/<pk>", write, pk=name),
        post(f"api/v1/{path}/<pk>/void", write, pk=name),
    ]


SET_UP = {"study.write", "campaign.write", "method.manage"}
NEW_CODE = {"project": "@project", "user": "@technician", "device_name": "x", "campaigns": []}
NEW_MEMBER = {"project": "@project", "username": "outsider", "role": "analyst"}
NEW_VERSION = {"protocol": "@protocol", "number": "7.0.0", "content": {}}
NEW_METHOD = {"project": "@project", "code": "new", "title": "New"}
EMPTY_SET_UP = {"project": "@project", "records": [{"type": "site", "fields": {}}]}
WITH_PROJECT = {"project": "@project"}
OPERATION = {"lacking": HIDDEN, "pk": "held"}

API = [
    get("api/v1/me", SIGNED_IN),
    post("api/v1/records:bulk", "study.write", EMPTY_SET_UP),
    get("api/v1/projects", "project.read"),
    Row(method="POST", route="api/v1/projects", who=STAFF, outsider=FORBIDDEN),
    get("api/v1/projects/<pk>", "project.read", pk="project"),
    patch("api/v1/projects/<pk>", "member.manage", pk="project"),
    get("api/v1/projects/<pk>/sync-health", "device.read", pk="project"),
    get("api/v1/members", "member.read"),
    post("api/v1/members", "member.manage", NEW_MEMBER),
    get("api/v1/members/<pk>", "member.read", pk="membership"),
    Row(
        method="DELETE",
        route="api/v1/members/<pk>",
        who="member.manage",
        arguments={"pk": "membership"},
    ),
    get("api/v1/assignments", "campaign.read"),
    post("api/v1/assignments", "assignment.manage", {"campaign": "@campaign", "device": "@device"}),
    get("api/v1/assignments/<pk>", "campaign.read", pk="assignment"),
    post("api/v1/assignments/<pk>/revoke", "assignment.manage", pk="assignment"),
    get("api/v1/devices", "device.read"),
    get("api/v1/devices/<pk>", "device.read", pk="device"),
    patch("api/v1/devices/<pk>", "device.manage", pk="device"),
    post("api/v1/devices/<pk>/revoke", "device.manage", {"reason": "lost"}, pk="device"),
    post("api/v1/devices/<pk>/outbox", "device.rescue", pk="device"),
    get("api/v1/kept-pushes", "device.read"),
    get("api/v1/kept-pushes/<pk>", "device.read", pk="kept_push"),
    post("api/v1/kept-pushes/<pk>/let-in", "quarantine.decide", pk="kept_push"),
    post("api/v1/kept-pushes/<pk>/refuse", "quarantine.decide", {"reason": "x"}, pk="kept_push"),
    get("api/v1/enrolment-codes", "device.manage"),
    post("api/v1/enrolment-codes", "device.manage", NEW_CODE),
    get("api/v1/enrolment-codes/<pk>", "device.manage", pk="enrolment_code"),
    get("api/v1/protocols", "protocol.read"),
    post("api/v1/protocols", "protocol.draft", {**WITH_PROJECT, "slug": "new", "title": "New"}),
    get("api/v1/protocols/<pk>", "protocol.read", pk="protocol"),
    get("api/v1/protocol-versions", "protocol.read"),
    post("api/v1/protocol-versions", "protocol.draft", NEW_VERSION),
    post("api/v1/protocol-versions/import", "protocol.draft", {**WITH_PROJECT, "document": {}}),
    get("api/v1/protocol-versions/<pk>", "protocol.read", pk="protocol_version"),
    patch("api/v1/protocol-versions/<pk>", "protocol.draft", pk="protocol_version"),
    get("api/v1/protocol-versions/<pk>/problems", "protocol.read", pk="protocol_version"),
    get("api/v1/protocol-versions/<pk>/export", "protocol.read", pk="protocol_version"),
    get(
        "api/v1/protocol-versions/<pk>/diff",
        "protocol.read",
        query="?against=@protocol_version",
        pk="protocol_version",
    ),
    post("api/v1/protocol-versions/<pk>/publish", "protocol.publish", pk="protocol_version"),
    post("api/v1/protocol-versions/<pk>/retire", "protocol.publish", pk="protocol_version"),
    get("api/v1/methods", "method.read"),
    post("api/v1/methods", "method.manage", NEW_METHOD),
    get("api/v1/methods/<pk>", "method.read", pk="method"),
    get("api/v1/method-versions", "method.read"),
    post("api/v1/method-versions", "method.manage", {"method": "@method", "number": "9"}),
    get("api/v1/method-versions/<pk>", "method.read", pk="method_version"),
    get("api/v1/operations", "operation.read"),
    get("api/v1/operations/<pk>", "operation.read", **OPERATION),
    get("api/v1/operations/<pk>/sent", "operation.read", **OPERATION),
    get("api/v1/quarantine", "operation.read"),
    get("api/v1/quarantine/<pk>", "operation.read", **OPERATION),
    get("api/v1/quarantine/<pk>/sent", "operation.read", **OPERATION),
    *(
        Row(
            method="POST",
            route=f"api/v1/quarantine/<pk>/{verb}",
            who="quarantine.decide",
            arguments={"pk": "held"},
            body=body,
            lacking=AS_SEEN,
        )
        for verb, body in (
            ("rerun", {}),
            ("rerun-alike", {}),
            ("return", {"sentence": "Measure it again."}),
            ("refuse", {"sentence": "Not of this campaign."}),
        )
    ),
    get("api/v1/conflicts", "conflict.read"),
    get("api/v1/conflicts/<pk>", "conflict.read", pk="conflict"),
    post("api/v1/conflicts/<pk>/resolve", "conflict.resolve", {"keep": "server"}, pk="conflict"),
    post("api/v1/conflicts/<pk>/resolve-alike", "conflict.resolve", pk="conflict"),
    get("api/v1/findings", "finding.read"),
    get("api/v1/findings/<pk>", "finding.read", pk="finding"),
    post("api/v1/findings/<pk>/accept", "finding.accept", {"reason": "x"}, pk="finding"),
    *records("sites", "site", "study.read", "study.write"),
    *records("studies", "study", "study.read", "study.write"),
    *records("treatments", "treatment", "study.read", "study.write"),
    *records("blocks", "block", "study.read", "study.write"),
    *records("plots", "plot", "study.read", "study.write"),
    *records("crop-stands", "crop_stand", "study.read", "study.write"),
    *records("management-events", "management_event", "study.read", "study.write"),
    *records("campaigns", "campaign", "campaign.read", "campaign.write"),
    get("api/v1/campaigns/<pk>/progress", "campaign.read", pk="campaign"),
    get("api/v1/campaigns/<pk>/moves", "campaign.read", pk="campaign"),
    post("api/v1/campaigns/<pk>/preview-move", "campaign.write", pk="campaign"),
    post("api/v1/campaigns/<pk>/move", "campaign.write", pk="campaign"),
    post("api/v1/campaigns/<pk>/move-records", "record.write", pk="campaign"),
    *records("planned-plots", "planned_plot", "campaign.read", "campaign.write"),
    *records("variables", "variable", "method.read", "method.manage"),
    get("api/v1/code-blocks", "device.read"),
    get("api/v1/code-blocks/<pk>", "device.read", pk="code_block"),
    *records("sampling-points", "sampling_point", "record.read", "record.write"),
    *records("soil-cores", "soil_core", "record.read", "record.write"),
    *records("core-segments", "core_segment", "record.read", "record.write"),
    *records("specimens", "specimen", "record.read", "record.write"),
    *records("specimen-links", "specimen_link", "record.read", "record.write"),
    *records("root-fractions", "root_fraction", "record.read", "record.write"),
    *records("measurements", "measurement", "record.read", "record.write"),
    *records("penetration-profiles", "penetration_profile", "record.read", "record.write"),
    *records("custody-events", "custody_event", "record.read", "record.write")[:3],
    *records("attachments", "attachment", "record.read", "record.write"),
    Row(
        method="GET",
        route="api/v1/attachments/<pk>/file",
        who="record.read",
        arguments={"pk": "attachment"},
        is_there=False,  # the record is, its file has not come
    ),
]

LAB = [
    get("api/v1/lab/results", "lab.read"),
    get("api/v1/lab/results/<pk>", "lab.read", pk="determination"),
    Row(
        method="POST",
        route="api/v1/lab/results:bulk",
        who="lab.enter",
        query="?project=@project&mode=validate",
        body={"rows": []},
    ),
    post("api/v1/lab/results:move", "lab.read", {**WITH_PROJECT, "step": "hold", "results": []}),
    post("api/v1/lab/results/<result_id>:amend", "lab.enter", result_id="determination"),
    get("api/v1/lab/batches", "lab.read"),
    get("api/v1/lab/batches/<pk>", "lab.read", pk="import_batch"),
    post("api/v1/lab/batches/<pk>:undo", "lab.enter", pk="import_batch"),
]

ROTATION = {"years": [{"stands": [{"crop": "winter wheat", "yield_t_ha": 6}]}]}
NEW_SCENARIO = {
    **WITH_PROJECT,
    "name": "new",
    "intervention": "baseline",
    "document": ROTATION,
}
NEW_CONTRAST = {
    **WITH_PROJECT,
    "site": "@site",
    "baseline": "@scenario",
    "intervention": "@deep_scenario",
    "options": {"soc_t_ha": 40},
}

ESTIMATES = [
    get("api/v1/estimate-orders", "estimate.read"),
    post("api/v1/estimate-orders", "estimate.order", {"campaign": "@campaign"}),
    get("api/v1/estimate-orders/<pk>", "estimate.read", pk="order"),
    post("api/v1/estimate-orders/<pk>/cancel", "estimate.order", pk="order"),
    get("api/v1/estimate-orders/<pk>/results.csv", "estimate.read", pk="order"),
    get("api/v1/estimates", "estimate.read"),
    get("api/v1/estimates/<pk>", "estimate.read", pk="run"),
    get("api/v1/estimates/<pk>/lineage", "estimate.read", pk="run"),
    get("api/v1/estimate-results", "estimate.read"),
    Row(
        method="GET",
        route="api/v1/estimates/<pk>/figures/<name>",
        who="estimate.read",
        arguments={"pk": "run", "name": "=gone"},
        is_there=False,
    ),
    get("api/v1/scenarios", "estimate.read"),
    post("api/v1/scenarios", "estimate.order", NEW_SCENARIO),
    get("api/v1/scenarios/<pk>", "estimate.read", pk="scenario"),
    get("api/v1/contrasts", "estimate.read"),
    post("api/v1/contrasts", "estimate.order", NEW_CONTRAST),
    get("api/v1/contrasts/<pk>", "estimate.read", pk="contrast"),
    post("api/v1/contrasts/<pk>/cancel", "estimate.order", pk="contrast"),
    get("api/v1/contrasts/<pk>/results.csv", "estimate.read", pk="contrast"),
    Row(
        method="GET",
        route="api/v1/contrasts/<pk>/figures/<name>",
        who="estimate.read",
        arguments={"pk": "contrast", "name": "=gone"},
        is_there=False,
    ),
    get("api/v1/contrast-results", "estimate.read"),
    get("api/v1/treatment-contrasts", "estimate.read"),
    get("api/v1/parameter-sets", "estimate.read"),
    Row(
        method="GET",
        route="api/v1/parameter-sets/<pk>",
        who="estimate.read",
        arguments={"pk": "parameter_set"},
        outsider=OPEN,
    ),
    Row(method="POST", route="api/v1/parameter-sets", who=STAFF, outsider=FORBIDDEN),
    Row(
        method="POST",
        route="api/v1/parameter-sets/<pk>/revise",
        who=STAFF,
        arguments={"pk": "parameter_set"},
        outsider=FORBIDDEN,
    ),
    get("api/v1/estimate-methods", "estimate.read"),
    get("api/v1/planned-precision", "estimate.read"),
    get("api/v1/variety-traits", "estimate.read"),
    Row(
        method="GET",
        route="api/v1/estimate-impact/<kind>/<record>",
        who="estimate.read",
        arguments={"kind": "=soil_core", "record": "soil_core"},
        outsider=OPEN,
    ),
]

TABLETS = [
    Row(method="GET", route="sync/v1/", who=ANYBODY),
    Row(method="POST", route="sync/v1/devices", who=ANYBODY),
    Row(method="GET", route="sync/v1/devices/self", who=TABLET),
    Row(
        method="POST",
        route="sync/v1/devices/<device_id>/rebirth",
        who=TABLET,
        arguments={"device_id": "device"},
    ),
    Row(method="POST", route="sync/v1/push", who=TABLET),
    Row(method="POST", route="sync/v1/pull", who=TABLET),
    Row(method="GET", route="sync/v1/snapshot", who=TABLET),
    Row(method="GET", route="sync/v1/devices/self/ops", who=TABLET),
    Row(method="GET", route="sync/v1/ops/<op_id>", who=TABLET, arguments={"op_id": "gone"}),
    tablet("GET", "sync/v1/blobs/sha256/<sha256>", sha256="=" + 64 * "0"),
    tablet("HEAD", "sync/v1/blobs/sha256/<sha256>", sha256="=" + 64 * "0"),
    tablet("PUT", "sync/v1/blobs/sha256/<sha256>", sha256="=" + 64 * "0"),
    tablet("POST", "sync/v1/uploads/"),
    tablet("HEAD", "sync/v1/uploads/<upload_id>", upload_id="gone"),
    tablet("PATCH", "sync/v1/uploads/<upload_id>", upload_id="gone"),
]

SITE = [
    Row(method="GET", route="api/schema", who=ANYBODY),
    Row(method="GET", route="api/docs", who=ANYBODY),
    Row(method="GET", route="health/live", who=ANYBODY),
    Row(method="GET", route="health/ready", who=ANYBODY),
    Row(method="GET", route="metrics", who=NOBODY),
    Row(method="GET", route="login/", who=ANYBODY),
    Row(method="POST", route="login/", who=ANYBODY),
    Row(method="POST", route="logout/", who=ANYBODY),
    Row(method="GET", route="", who=SIGNED_IN),
]

PROJECT = "projects/<project_id>/"
PAGES = [
    *page(PROJECT, "project.read"),
    *page(PROJECT + "campaigns/<campaign_id>/", "campaign.read", campaign_id="campaign"),
    *page(PROJECT + "campaigns/<campaign_id>/cores/", "record.read", campaign_id="campaign"),
    *page(PROJECT + "cores/<core_id>/", "record.read", core_id="soil_core"),
    *page(PROJECT + "conflicts/", "conflict.read"),
    *page(
        PROJECT + "conflicts/<conflict_id>/",
        "conflict.read",
        "conflict.resolve",
        conflict_id="conflict",
    ),
    *page(PROJECT + "held/", "operation.read"),
    *page(PROJECT + "held/decided/", "operation.read"),
    *page(PROJECT + "held/<op_id>/", "operation.read", "quarantine.decide", op_id="held"),
    *page(PROJECT + "findings/", "finding.read"),
    *page(
        PROJECT + "findings/<finding_id>/", "finding.read", "finding.accept", finding_id="finding"
    ),
    *page(PROJECT + "protocols/", "protocol.read"),
    *page(PROJECT + "protocols/new/", "protocol.draft", "protocol.draft"),
    *page(
        PROJECT + "protocols/<protocol_id>/new/",
        "protocol.draft",
        "protocol.draft",
        protocol_id="protocol",
    ),
    *page(
        PROJECT + "protocols/versions/<version_id>/", "protocol.read", version_id="protocol_version"
    ),
    *page(
        PROJECT + "protocols/versions/<version_id>/document/",
        "protocol.read",
        version_id="protocol_version",
    ),
    Row(
        method="GET",
        route=PROJECT + "protocols/versions/<version_id>/changes/",
        who="protocol.read",
        query="?since=@protocol_version",
        arguments={"project_id": "project", "version_id": "protocol_version"},
    ),
    *page(
        PROJECT + "protocols/versions/<version_id>/edit/",
        "protocol.draft",
        "protocol.draft",
        version_id="draft",
    ),
    form(
        PROJECT + "protocols/versions/<version_id>/publish/", "protocol.publish", version_id="draft"
    ),
    form(
        PROJECT + "protocols/versions/<version_id>/retire/",
        "protocol.publish",
        version_id="protocol_version",
    ),
    *page(PROJECT + "health/", "device.read"),
    *page(PROJECT + "people/", "member.read", "member.manage"),
    *page(
        PROJECT + "people/<member_id>/remove/",
        "member.manage",
        "member.manage",
        member_id="membership",
    ),
    *page(
        PROJECT + "campaigns/<campaign_id>/assignments/",
        "campaign.read",
        "assignment.manage",
        campaign_id="campaign",
    ),
    *page(
        PROJECT + "campaigns/<campaign_id>/move/",
        "campaign.write",
        "campaign.write",
        campaign_id="campaign",
    ),
    form(
        PROJECT + "assignments/<assignment_id>/revoke/",
        "assignment.manage",
        assignment_id="assignment",
    ),
    *page(PROJECT + "kept-pushes/", "device.read"),
    *page(
        PROJECT + "kept-pushes/<push_id>/", "device.read", "quarantine.decide", push_id="kept_push"
    ),
    *page(PROJECT + "lab/batches/", "lab.read"),
    *page(PROJECT + "lab/batches/<batch_id>/", "lab.read", "lab.enter", batch_id="import_batch"),
    *page(PROJECT + "devices/", "device.read"),
    *page(PROJECT + "devices/enrol/", "device.manage", "device.manage"),
    *page(
        PROJECT + "devices/<device_id>/revoke/",
        "device.manage",
        "device.manage",
        device_id="device",
    ),
    *page(PROJECT + "lab/", "lab.read", "lab.read"),
    *page(PROJECT + "lab/campaigns/<campaign_id>/", "lab.read", campaign_id="campaign"),
    *page(PROJECT + "estimates/", "estimate.read", "estimate.order"),
    *page(PROJECT + "estimates/planning/", "estimate.read"),
    *page(PROJECT + "estimates/traits/<campaign_id>/", "estimate.read", campaign_id="campaign"),
    *page(
        PROJECT + "estimates/traits/<campaign_id>/traits.csv",
        "estimate.read",
        campaign_id="campaign",
    ),
    *page(PROJECT + "estimates/<order_id>/", "estimate.read", order_id="order"),
    *page(PROJECT + "estimates/<order_id>/progress", "estimate.read", order_id="order"),
    form(PROJECT + "estimates/<order_id>/cancel", "estimate.order", order_id="order"),
    *page(PROJECT + "estimates/<order_id>/results.csv", "estimate.read", order_id="order"),
    *page(PROJECT + "estimates/runs/<run_id>/", "estimate.read", run_id="run"),
    *page(
        PROJECT + "estimates/runs/<run_id>/<name>.svg",
        "estimate.read",
        run_id="gone",
        name="=gone",
    ),
]

SCENARIOS = PROJECT + "scenarios/"
CONTRAST = SCENARIOS + "contrasts/<contrast_id>/"
PAGES += [
    *page(SCENARIOS, "estimate.read", "estimate.order"),
    *page(SCENARIOS + "new/", "estimate.order", "estimate.order"),
    *page(SCENARIOS + "<scenario_id>/", "estimate.read", scenario_id="scenario"),
    *page(CONTRAST, "estimate.read", contrast_id="contrast"),
    form(CONTRAST + "cancel", "estimate.order", contrast_id="contrast"),
    *page(CONTRAST + "results.csv", "estimate.read", contrast_id="contrast"),
    *page(CONTRAST + "<name>.svg", "estimate.read", contrast_id="gone", name="=gone"),
]

ROWS = [*API, *LAB, *ESTIMATES, *TABLETS, *SITE, *PAGES]
