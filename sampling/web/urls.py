"""Addresses of the door for people."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from sampling.web import (
    assignments,
    campaign_moves,
    campaigns,
    conflicts,
    cores,
    devices,
    drafts,
    findings,
    health,
    home,
    kept_pushes,
    people,
    protocols,
    quarantine,
)

project_pages: list[URLPattern] = [
    path("", home.ProjectOverview.as_view(), name="project"),
    path("campaigns/<uuid:campaign_id>/", campaigns.CampaignPage.as_view(), name="campaign"),
    path(
        "campaigns/<uuid:campaign_id>/cores/",
        campaigns.CampaignCores.as_view(),
        name="campaign-cores",
    ),
    path("cores/<uuid:core_id>/", cores.Core.as_view(), name="core"),
    path("conflicts/", conflicts.Conflicts.as_view(), name="conflicts"),
    path("conflicts/<uuid:conflict_id>/", conflicts.OneConflict.as_view(), name="conflict"),
    path("held/", quarantine.Held.as_view(), name="held"),
    path("held/decided/", quarantine.Decided.as_view(), name="held-decided"),
    path("held/<uuid:op_id>/", quarantine.OneHeld.as_view(), name="held-operation"),
    path("findings/", findings.Findings.as_view(), name="findings"),
    path("findings/<int:finding_id>/", findings.AcceptFinding.as_view(), name="finding"),
    path("protocols/", protocols.Protocols.as_view(), name="protocols"),
    path("protocols/new/", drafts.NewProtocol.as_view(), name="protocol-new"),
    path(
        "protocols/<uuid:protocol_id>/new/",
        drafts.NewVersion.as_view(),
        name="protocol-version-new",
    ),
    path(
        "protocols/versions/<uuid:version_id>/",
        protocols.Version.as_view(),
        name="protocol-version",
    ),
    path(
        "protocols/versions/<uuid:version_id>/document/",
        protocols.VersionDocument.as_view(),
        name="protocol-document",
    ),
    path(
        "protocols/versions/<uuid:version_id>/changes/",
        protocols.Comparison.as_view(),
        name="protocol-diff",
    ),
    path(
        "protocols/versions/<uuid:version_id>/edit/",
        drafts.EditDraft.as_view(),
        name="protocol-edit",
    ),
    path(
        "protocols/versions/<uuid:version_id>/publish/",
        protocols.PublishVersion.as_view(),
        name="protocol-publish",
    ),
    path(
        "protocols/versions/<uuid:version_id>/retire/",
        protocols.RetireVersion.as_view(),
        name="protocol-retire",
    ),
    path("health/", health.SyncHealthPage.as_view(), name="health"),
    path("people/", people.People.as_view(), name="people"),
    path("people/<int:member_id>/remove/", people.RemoveMember.as_view(), name="member-remove"),
    path(
        "campaigns/<uuid:campaign_id>/move/",
        campaign_moves.MoveCampaign.as_view(),
        name="campaign-move",
    ),
    path(
        "campaigns/<uuid:campaign_id>/assignments/",
        assignments.Assignments.as_view(),
        name="assignments",
    ),
    path(
        "assignments/<uuid:assignment_id>/revoke/",
        assignments.RevokeAssignment.as_view(),
        name="assignment-revoke",
    ),
    path("kept-pushes/", kept_pushes.KeptPushes.as_view(), name="kept-pushes"),
    path("kept-pushes/<int:push_id>/", kept_pushes.OneKeptPush.as_view(), name="kept-push"),
    path("devices/", devices.Devices.as_view(), name="devices"),
    path("devices/enrol/", devices.EnrolDevice.as_view(), name="device-enrol"),
    path(
        "devices/<uuid:device_id>/revoke/",
        devices.RevokeDevice.as_view(),
        name="device-revoke",
    ),
]

pages: list[URLPattern | URLResolver] = [
    path("", home.Home.as_view(), name="home"),
    path("projects/<uuid:project_id>/", include(project_pages)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", home.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", include((pages, "pages"))),
    path("", include("sampling.web.lab_urls")),
]
