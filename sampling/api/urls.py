"""Addresses of the door for machines."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from sampling.api.attachment_views import AttachmentViewSet
from sampling.api.campaign_views import CampaignViewSet, SetUpView
from sampling.api.device_views import DeviceViews, EnrolmentCodeViews
from sampling.api.kept_push_views import KeptPushViews
from sampling.api.ledger_views import ConflictViews, FindingViews, OperationViews, QuarantineViews
from sampling.api.people_views import AssignmentViews, MemberViews, MeView, ProjectViews
from sampling.api.protocol_views import (
    MethodVersionViews,
    MethodViews,
    ProtocolVersionViews,
    ProtocolViews,
)
from sampling.api.record_table import TABLE
from sampling.api.record_views import record_view
from sampling.models import Attachment, Campaign

router = SimpleRouter(trailing_slash=False)
router.register("projects", ProjectViews, "project")
router.register("members", MemberViews, "member")
router.register("assignments", AssignmentViews, "assignment")
router.register("devices", DeviceViews, "device")
router.register("enrolment-codes", EnrolmentCodeViews, "enrolment-code")
router.register("protocols", ProtocolViews, "protocol")
router.register("protocol-versions", ProtocolVersionViews, "protocol-version")
router.register("methods", MethodViews, "method")
router.register("method-versions", MethodVersionViews, "method-version")
router.register("operations", OperationViews, "operation")
router.register("quarantine", QuarantineViews, "quarantine")
router.register("kept-pushes", KeptPushViews, "kept-push")
router.register("conflicts", ConflictViews, "conflict")
router.register("findings", FindingViews, "finding")
own: dict[object, Any] = {Campaign: CampaignViewSet, Attachment: AttachmentViewSet}
for row in TABLE:
    view = own.get(row.model) or record_view(row)
    router.register(row.path, view, row.model.record_type.replace("_", "-"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", MeView.as_view(), name="me"),
    path("records:bulk", SetUpView.as_view(), name="records-bulk"),
    *router.urls,
]
