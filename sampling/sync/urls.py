"""Addresses of the sync protocol, below /sync/v1/."""

from __future__ import annotations

from django.urls import path

from sampling.sync import views

urlpatterns = [
    path("", views.HelloView.as_view(), name="sync-hello"),
    path("devices", views.DevicesView.as_view(), name="sync-enrol"),
    path("devices/self", views.SelfView.as_view(), name="sync-self"),
    path("devices/<uuid:device_id>/rebirth", views.RebirthView.as_view(), name="sync-rebirth"),
    path("push", views.PushView.as_view(), name="sync-push"),
    path("pull", views.PullView.as_view(), name="sync-pull"),
]
