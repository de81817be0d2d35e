"""Messages M0 to M3: hello, enrol, push, pull. Each is one call into an action."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from sampling.actions import devices, journal, pushes
from sampling.actions.code_blocks import issue_code_block, top_up_codes
from sampling.actions.ledger import current_epoch
from sampling.actions.storage import from_json
from sampling.errors import (
    DeviceForked,
    DeviceRevoked,
    MalformedRequest,
    ProtocolUnsupported,
    TokenInvalid,
)
from sampling.models import RECORD_MODELS, Campaign, Device, SyncOperation
from sampling.rules.envelope import LIMITS, MAX_SAFE_INTEGER
from sampling.rules.files import file_limits
from sampling.rules.operations import HELD
from sampling.sync.bodies import (
    PROTOCOLS,
    content_encoding,
    json_answer,
    read_body,
    read_json,
)
from sampling.sync.door import SyncView
from sampling.sync.pages import MAX_PAGE
from sampling.sync.pull import pull

MAX_CODES = 10_000  # specimen codes a tablet may ask for at once
USUAL_PAGE = 1000  # records, of a tablet that does not say how many it wants


Line = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*$")]
"""A text that can be stored."""


class EnrolBody(msgspec.Struct):
    """What a tablet says to enrol."""

    code: Line
    install: UUID
    model: Line | None = None
    app: Line | None = None
    protocols: list[int] = msgspec.field(default_factory=lambda: [1])


class RebirthBody(msgspec.Struct):
    """What a tablet says that met its twin."""

    install: UUID
    last_n: Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]


class PullBody(msgspec.Struct):
    """What a tablet asks for. Its schema, and how long it would wait, change nothing at present."""

    device: UUID
    scopes: dict[str, str | None] = {}
    schema: Any = None
    limit: int | None = None
    wait_s: Any = None
    codes_wanted: int | None = None


def parsed(request: Request, shape: type[Any]) -> Any:
    """Return the body in its shape; raises MalformedRequest."""
    try:
        return msgspec.convert(read_json(request), shape)
    except msgspec.ValidationError as error:
        raise MalformedRequest(f"{error}.") from error


class HelloView(SyncView):
    """M0: what is spoken here, before anybody says who they are, or which protocol they speak."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    speaks_any_protocol = True

    @extend_schema(operation_id="sync_hello", responses=OpenApiTypes.OBJECT, tags=["sync"])
    def get(self, request: Request) -> HttpResponse:
        """Answer the protocols, limits, epoch and clock of this server."""
        hello = {
            "protocols": list(PROTOCOLS),
            "min_push": PROTOCOLS[0],
            "limits": {
                **LIMITS,
                "max_page": MAX_PAGE,
                **file_limits(settings.FILE_MAX_BYTES),
            },
            "encodings": ["gzip"],
            "groups": {name: model.merge_groups for name, model in RECORD_MODELS.items()},
            "epoch": current_epoch(),
            "server_time": timezone.now().isoformat(),
        }
        return json_answer(request, hello)


class DevicesView(SyncView):
    """M1: a one-time code becomes a device."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="sync_enrol",
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
        tags=["sync"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Enrol a tablet; the token is shown only now."""
        body: EnrolBody = parsed(request, EnrolBody)
        if not set(body.protocols) & set(PROTOCOLS):
            raise ProtocolUnsupported(supported=list(PROTOCOLS))
        device, token = devices.enrol(
            body.code,
            install=body.install,
            model=(body.model or "")[:120],
            app=(body.app or "")[:40],
            at=timezone.now(),
        )
        return json_answer(request, enrolment(device, token), status=201)


class RebirthView(SyncView):
    """M1: a tablet that met its twin gets an identity of its own."""

    @extend_schema(
        operation_id="sync_rebirth",
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
        tags=["sync"],
    )
    def post(self, request: Request, device_id: UUID) -> HttpResponse:
        """Close the device and return its heir."""
        if device_of(request).id != device_id:
            raise MalformedRequest("The address names another device than the token.")
        body: RebirthBody = parsed(request, RebirthBody)
        device, token = devices.rebirth(
            device_of(request), install=body.install, last_n=body.last_n, at=timezone.now()
        )
        return json_answer(request, enrolment(device, token), status=201)


class SelfView(SyncView):
    """M1: what a device is granted, and what the server holds of it."""

    @extend_schema(operation_id="sync_self", responses=OpenApiTypes.OBJECT, tags=["sync"])
    def get(self, request: Request) -> HttpResponse:
        """Answer grants, the last stored operation, and how many are held."""
        device = active(device_of(request))
        held = SyncOperation.objects.filter(device=device, status__in=HELD).values_list(
            "status", flat=True
        )
        statuses = list(held)
        answer = {
            "device": str(device.id),
            "incarnation": device.incarnation,
            "state": device.state,
            "scopes": scope_list(device),
            "have": asdict(
                journal.have_of(
                    device.have_upto, from_json(device.have_more), device.backed_up_upto
                )
            ),
            "deferred": statuses.count("deferred"),
            "quarantined": statuses.count("quarantined"),
        }
        return json_answer(request, answer)


class PushView(SyncView):
    """M2: what a tablet captured."""

    @extend_schema(
        operation_id="sync_push",
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
        tags=["sync"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Store the batch, apply it, and answer one outcome per operation."""
        wrapped = request._request
        delivery = pushes.Delivery(
            encoding=content_encoding(wrapped),
            body=read_body(wrapped),
            headers=request.headers,
            received_at=timezone.now(),
        )
        batch, accepted = pushes.receive_push(device_of(request), delivery)
        return json_answer(
            request,
            {
                "batch": str(batch),
                "have": asdict(accepted.have) if accepted.have else None,
                "outcomes": accepted.outcomes_as_wire(),
            },
        )


class PullView(SyncView):
    """M3: what changed since a tablet last looked."""

    @extend_schema(
        operation_id="sync_pull",
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
        tags=["sync"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Answer a page per scope asked for, with what has to be purged."""
        device = active(device_of(request))
        body: PullBody = parsed(request, PullBody)
        if body.device != device.id:
            raise MalformedRequest("The body names another device than the token.")
        at = timezone.now()
        wanted = min(body.codes_wanted or 0, MAX_CODES)
        if wanted > 0:
            issue_code_block(device, at=at, size=wanted)
        if any(scope.startswith("project:") for scope in body.scopes):
            top_up_codes(device, at=at)
        answer = pull(
            device,
            scopes=devices.scopes_of(device),
            asked=body.scopes,
            limit=max(1, min(USUAL_PAGE if body.limit is None else body.limit, MAX_PAGE)),
            at=at,
        )
        return json_answer(request, answer)


def device_of(request: Request) -> Device:
    """Return the device that showed its token."""
    if not isinstance(request.auth, Device):
        raise TokenInvalid
    return request.auth


def active(device: Device) -> Device:
    """Return the device if it may read; raises DeviceRevoked or DeviceForked."""
    if device.state == "revoked":
        raise DeviceRevoked
    if device.state == "closed":
        raise DeviceForked("This device was closed; enrol again, nothing is lost.")
    return device


def scope_list(device: Device) -> list[dict[str, str]]:
    """Return the scopes of a device as they travel, with what people call them."""
    scopes = devices.scopes_of(device)
    campaigns = [scope.split(":", 1)[1] for scope in scopes if scope.startswith("campaign:")]
    titles = Campaign.objects.filter(pk__in=campaigns).values_list("pk", "title", "code")
    names = {f"campaign:{key}": title or code for key, title, code in titles}
    return [
        {"id": scope, "name": names.get(scope, device.project.title), "mode": mode}
        for scope, mode in sorted(scopes.items())
    ]


def enrolment(device: Device, token: str) -> dict[str, Any]:
    """Return what a newly enrolled device is told."""
    return {
        "device": str(device.id),
        "incarnation": device.incarnation,
        "token": token,
        "user": str(device.user_id),
        "scopes": scope_list(device),
    }
