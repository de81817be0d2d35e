"""M4 and M6: a whole scope at once, and what the server holds of a device's own operations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from sampling.actions import audit
from sampling.actions.devices import scopes_of
from sampling.errors import MalformedRequest, NotFound
from sampling.rules.envelope import MAX_SAFE_INTEGER
from sampling.sync import snapshot
from sampling.sync.bodies import json_answer, takes_gzip
from sampling.sync.door import SyncView
from sampling.sync.pull import grants_of
from sampling.sync.views import active, device_of

LONGEST_NUMBER = len(str(MAX_SAFE_INTEGER))


class SnapshotView(SyncView):
    """M4: all live records of a scope."""

    @extend_schema(
        operation_id="sync_snapshot",
        parameters=[
            OpenApiParameter("scope", str, required=True),
            OpenApiParameter("after", str, description="The last bookmark that was saved."),
        ],
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
        tags=["sync"],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer lines of JSON, in gzip if the tablet takes it; `after` reads on."""
        device = active(device_of(request))
        scope = request.query_params.get("scope", "")
        scopes = scopes_of(device)
        if scope not in scopes:
            raise NotFound("This scope is not granted to this device.")
        generation = grants_of(device, scopes)[scope]
        after = request.query_params.get("after")
        start = (
            snapshot.resume(after, scope=scope, generation=generation)
            if after
            else snapshot.begin(scope, generation=generation)
        )
        pieces = snapshot.lines(start)
        is_packed = takes_gzip(request)
        response = StreamingHttpResponse(
            snapshot.packed(pieces) if is_packed else pieces, content_type="application/x-ndjson"
        )
        if is_packed:
            response["Content-Encoding"] = "gzip"
        response["Vary"] = "Accept-Encoding"
        response["Cache-Control"] = "no-store"
        return response


class OwnOperationsView(SyncView):
    """M6: what became of a device's operations."""

    @extend_schema(
        operation_id="sync_own_operations",
        parameters=[OpenApiParameter("from", int, description="The first number asked for.")],
        responses=OpenApiTypes.OBJECT,
        tags=["sync"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Answer up to 500 outcomes in the order of their numbers, and where to go on."""
        device = active(device_of(request))
        operations, following = audit.operations_from(device, _number(request))
        answer = {
            "ops": [{"n": one.n, **audit.outcome_of(one).as_wire()} for one in operations],
            "next": following,
        }
        return json_answer(request, answer)


class OwnOperationView(SyncView):
    """M6: one operation of a device, with the bytes it was sent in."""

    @extend_schema(operation_id="sync_own_operation", responses=OpenApiTypes.OBJECT, tags=["sync"])
    def get(self, request: Request, op_id: UUID) -> HttpResponse:
        """Answer its outcome, when it came, and what was sent, letter for letter."""
        sent = audit.operation_of(active(device_of(request)), op_id)
        operation = sent.operation
        answer: dict[str, Any] = {
            "outcome": sent.outcome.as_wire(),
            "n": operation.n,
            "received_at": operation.received_at,
            "batch": str(operation.batch_id) if operation.batch_id else None,
            "batch_sha256": bytes(operation.batch.sha256).hex() if operation.batch else None,
            "sent": msgspec.Raw(sent.text) if sent.text else None,
        }
        return json_answer(request, answer)


def _number(request: Request) -> int:
    text = request.query_params.get("from", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise MalformedRequest("from is a whole number from 0 on.")
    return int(text)
