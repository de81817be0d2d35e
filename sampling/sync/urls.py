"""Addresses of the sync protocol, below /sync/v1/."""

from __future__ import annotations

from django.urls import path

from sampling.sync import audit_views, file_views, views

urlpatterns = [
    path("", views.HelloView.as_view(), name="sync-hello"),
    path("devices", views.DevicesView.as_view(), name="sync-enrol"),
    path("devices/self", views.SelfView.as_view(), name="sync-self"),
    path("devices/self/ops", audit_views.OwnOperationsView.as_view(), name="sync-own-operations"),
    path("devices/<uuid:device_id>/rebirth", views.RebirthView.as_view(), name="sync-rebirth"),
    path("push", views.PushView.as_view(), name="sync-push"),
    path("pull", views.PullView.as_view(), name="sync-pull"),
    path("snapshot", audit_views.SnapshotView.as_view(), name="sync-snapshot"),
    path("ops/<uuid:op_id>", audit_views.OwnOperationView.as_view(), name="sync-own-operation"),
    path("blobs/sha256/<str:sha256>", file_views.FileView.as_view(), name="sync-file"),
    path("uploads/", file_views.UploadsView.as_view(), name="sync-uploads"),
    path("uploads/<uuid:upload_id>", file_views.UploadView.as_view(), name="sync-upload"),
]
