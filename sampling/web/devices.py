"""Tablets: how they are, enrolling one by QR, withdrawing one."""

from __future__ import annotations

import json
import uuid

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import mark_safe

from sampling.actions.devices import issue_enrolment_code, revoke
from sampling.actions.overview import devices_of
from sampling.errors import NotFound
from sampling.models import Campaign, Device, Project, User
from sampling.web.pages import ProjectPage


class EnrolmentForm(forms.Form):
    """Who gets a tablet, what it is called, and where it may work."""

    device_name = forms.CharField(max_length=80, label="Name of the tablet")
    user = forms.ModelChoiceField(User.objects.none(), label="Who carries it")
    campaigns = forms.ModelMultipleChoiceField(
        Campaign.objects.none(),
        label="Campaigns it may write in",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, project: Project, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        members = User.objects.filter(memberships__project=project, is_active=True)
        self.fields["user"].queryset = members.distinct().order_by("username")  # type: ignore[attr-defined]
        campaigns = Campaign.objects.filter(project=project, voided_at=None)
        self.fields["campaigns"].queryset = campaigns.order_by("code")  # type: ignore[attr-defined]


class Devices(ProjectPage):
    """The tablets of a project, the longest silent first."""

    permission = "device.read"
    template = "web/devices.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show when each last synced, what it still holds, and how its clock is."""
        page = self.page_of(devices_of(self.project))
        return self.shown({"page": page, **self.may("device.manage")})


class EnrolDevice(ProjectPage):
    """A one-time code for one tablet, shown as QR and only once."""

    permission = "device.manage"
    template = "web/device_enrol.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the form."""
        return self.shown({"form": EnrolmentForm(self.project)})

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Issue the code and show it; it is not kept and cannot be shown again."""
        form = EnrolmentForm(self.project, request.POST)
        if not form.is_valid():
            return self.shown({"form": form}, status=422)
        code, plain = issue_enrolment_code(
            project=self.project,
            issued_by=self.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        answer = self.shown(
            {"code": code, "plain": plain, "qr": self._qr(plain), "server": self._server()}
        )
        add_never_cache_headers(answer)
        return answer

    def _server(self) -> str:
        return self.request.build_absolute_uri("/")

    def _qr(self, plain: str) -> str:
        """Return the QR code a tablet scans: where the server is, and the code."""
        content = json.dumps({"server": self._server(), "code": plain})
        qr = segno.make(content, error="m", micro=False)
        return mark_safe(qr.svg_inline(omitsize=True, border=2, svgclass=None))  # noqa: S308


class RevokeDevice(ProjectPage):
    """Withdrawing a tablet that is lost or no longer used."""

    permission = "device.manage"
    template = "web/device_revoke.html"

    def get(self, request: HttpRequest, device_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Ask once more, with what that means."""
        return self.shown({"device": self._device(device_id)})

    def post(self, request: HttpRequest, device_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Revoke it."""
        device = self._device(device_id)
        reason = request.POST.get("reason", "").strip()[:200]
        if not reason:
            return self.shown(
                {"device": device, "problems": ["Say why the tablet is withdrawn."]}, status=422
            )
        revoke(device, by=self.user, reason=reason, at=timezone.now())
        self.say(f"{device.name} is withdrawn. What it still sends is kept for a data steward.")
        return redirect("pages:devices", self.project.pk)

    def _device(self, device_id: uuid.UUID) -> Device:
        device = devices_of(self.project).filter(pk=device_id).first()
        if device is None:
            raise NotFound
        return device
