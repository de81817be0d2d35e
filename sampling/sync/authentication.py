"""A tablet shows its token; who carries it is the person it was enrolled for."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from sampling.actions.app_versions import note_app
from sampling.actions.devices import authenticate
from sampling.errors import TokenInvalid
from sampling.models import Device, User


class DeviceToken(BaseAuthentication):
    """`Authorization: Bearer <device token>`; the device becomes `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, Device]:
        """Return the person and the device; raises TokenInvalid."""
        words = get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise TokenInvalid("Send the device token as Authorization: Bearer.")
        try:
            token = words[1].decode("ascii")
        except UnicodeDecodeError:
            raise TokenInvalid from None
        device = authenticate(token)
        note_app(device, request.headers.get("Sync-App", ""))
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that goes with 401."""
        return "Bearer"


class IsDevice(BasePermission):
    """Only a known device may use this."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether a device showed its token."""
        return isinstance(request.auth, Device)


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the device token in the API schema."""

    target_class = DeviceToken
    name = "deviceToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the schema's word for a bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A device token."}
