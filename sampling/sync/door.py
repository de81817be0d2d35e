"""What every address of this door shares."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sampling.sync.authentication import DeviceToken, IsDevice
from sampling.sync.bodies import PIECE, PROTOCOLS, check_protocol

MAX_HEARD_OUT = 8 * 1024 * 1024  # bytes of a body nobody wants
HEARD_OUT_WITHIN_S = 5.0  # of silence
HEARD_OUT_FOR_S = 20.0  # in all


class SyncView(APIView):
    """Carries a device's token and `Sync-Protocol` both ways; answers have one form only.

    `Accept` is therefore not looked at: a season is not refused for a header. A refusal is only
    sent when the body has come in, unless that is long: many apps do not listen before, and take
    a connection that closes under them for a broken one.
    """

    authentication_classes: Any = (DeviceToken,)
    permission_classes: Any = (IsDevice,)
    speaks_any_protocol = False

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Choose the renderer of refusals, whatever is asked for."""
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask who it is, then which protocol is spoken."""
        super().initial(request, *args, **kwargs)
        if not self.speaks_any_protocol:
            check_protocol(request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Name the protocol in every answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers["Sync-Protocol"] = str(PROTOCOLS[-1])
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            del answer.headers["Content-Type"]  # an answer without content
        if answer.status_code >= 400:
            hear_out(request._request)
        return answer


def hear_out(request: HttpRequest) -> None:
    """Let what is left of a body come in, and forget it; one that only trickles is cut off."""
    announced = request.headers.get("Content-Length") or ""
    if not announced.isdecimal() or len(announced) > len(str(MAX_HEARD_OUT)):
        return
    if int(announced) > MAX_HEARD_OUT:
        return
    with suppress(OSError), _patience(request.META.get("gunicorn.socket")):
        while request.read(PIECE):
            pass


@contextmanager
def _patience(connection: socket.socket | None) -> Iterator[None]:
    """Wait no longer than HEARD_OUT_FOR_S in all: then nothing more is taken from a connection."""
    if connection is None:
        yield
        return
    usual_s = connection.gettimeout()
    connection.settimeout(HEARD_OUT_WITHIN_S)
    end = threading.Timer(HEARD_OUT_FOR_S, connection.shutdown, [socket.SHUT_RD])
    end.start()
    try:
        yield
    finally:
        end.cancel()
        connection.settimeout(usual_s)
