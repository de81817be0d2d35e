"""Message M5: files, small ones in one request, larger ones in parts by tus 1.0."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions import devices, stored_files, uploads
from sampling.actions.file_copies import copy_of, file_for_device
from sampling.errors import BadEncoding, NotFound, ProtocolUnsupported, TooLarge
from sampling.models import Upload
from sampling.rules import tus
from sampling.rules.files import MAX_PUT, file_limits
from sampling.sync.bodies import announced_length, pieces_of
from sampling.sync.door import SyncView
from sampling.sync.views import active, device_of

BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
RAW = {"application/octet-stream": OpenApiTypes.BINARY}
PART = "application/offset+octet-stream"


class FileView(SyncView):
    """A file by the SHA-256 of its bytes."""

    @extend_schema(
        operation_id="sync_file_put",
        request=RAW,
        responses={200: None, 201: None},
        tags=["sync"],
    )
    def put(self, request: Request, sha256: str) -> HttpResponse:
        """Keep a file of at most 1 MiB; 201 when it is new, 200 when it was here."""
        device = active(device_of(request))
        length = announced_length(request._request)
        if length > MAX_PUT:
            raise TooLarge(limits=file_limits(settings.FILE_MAX_BYTES))
        arrival = stored_files.Arrival(
            project=device.project_id,
            sha256=tus.read_sha256(sha256),
            device=device,
            user=device.user_id,
            at=timezone.now(),
        )
        pieces = pieces_of(request._request, length)
        is_new = stored_files.put_file(arrival, pieces, size=length)
        return HttpResponse(status=201 if is_new else 200)

    @extend_schema(operation_id="sync_file_here", responses={200: None}, tags=["sync"])
    def head(self, request: Request, sha256: str) -> HttpResponse:
        """Say whether the file is here (200) or has to be sent (404); not who may read it."""
        device = active(device_of(request))
        held = stored_files.file_here(device.project_id, tus.read_sha256(sha256), at=timezone.now())
        if held is None:
            raise NotFound("The file is not here yet.")
        return HttpResponse(headers={"ETag": f'"{held.sha256}"', "Content-Length": held.size_bytes})

    @extend_schema(operation_id="sync_file_get", responses=BYTES, tags=["sync"])
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        """Hand out the file, or a part of it, if a record that the tablet sees speaks of it.

        Exact places are fenced off unless the tablet's person may see them.
        """
        device = active(device_of(request))
        stored = file_for_device(device, devices.scopes_of(device), tus.read_sha256(sha256))
        copy = copy_of(
            stored,
            asked=request.headers.get("Range", ""),
            user=device.user,
            at=timezone.now(),
        )
        return StreamingHttpResponse(copy.pieces(), status=copy.status, headers=copy.headers)


class TusView(SyncView):
    """What every tus address shares: its version, and methods that a proxy does not let through."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take `X-HTTP-Method-Override` for the method of a POST, as tus asks."""
        override = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and override in ("PATCH", "HEAD"):
            request.method = override
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse versions of tus that nobody speaks here; anybody may ask which are spoken."""
        if request.method == "OPTIONS":
            return
        super().initial(request, *args, **kwargs)
        if request.headers.get("Tus-Resumable") != tus.VERSION:
            raise ProtocolUnsupported(f"Speak tus {tus.VERSION}.", supported=[tus.VERSION])

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Name the version in every answer, and in a refusal those that are spoken."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers["Tus-Resumable"] = tus.VERSION
        answer.headers["Cache-Control"] = "no-store"
        if answer.status_code == 412:
            answer.headers["Tus-Version"] = tus.VERSION
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer the versions and extensions of tus that are spoken, and the largest file."""
        return Response(
            status=204,
            headers={
                "Tus-Version": tus.VERSION,
                "Tus-Extension": tus.EXTENSIONS,
                "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
                "Tus-Max-Size": str(settings.FILE_MAX_BYTES),
            },
        )


class UploadsView(TusView):
    """Where uploads begin."""

    @extend_schema(
        operation_id="sync_upload_begin", request=None, responses={201: None}, tags=["sync"]
    )
    def post(self, request: Request) -> HttpResponse:
        """Begin an upload: `Upload-Length`, and `sha256` in `Upload-Metadata`."""
        metadata = tus.read_metadata(request.headers.get("Upload-Metadata", ""))
        upload = uploads.begin_upload(
            active(device_of(request)),
            sha256=tus.read_sha256(metadata.get("sha256", "")),
            size=tus.read_number(request.headers.get("Upload-Length"), "Upload-Length"),
            metadata=metadata,
            at=timezone.now(),
        )
        place = reverse("sync-upload", args=[upload.pk])
        return HttpResponse(status=201, headers={"Location": place, **state_of(upload, 0)})


class UploadView(TusView):
    """One upload."""

    @extend_schema(operation_id="sync_upload_state", responses={200: None}, tags=["sync"])
    def head(self, request: Request, upload_id: UUID) -> HttpResponse:
        """Say how many bytes are here."""
        now = timezone.now()
        upload = uploads.upload_of(active(device_of(request)), upload_id, at=now)
        here = uploads.offset_of(upload, at=now)
        return HttpResponse(headers={**state_of(upload, here), "Upload-Length": upload.size_bytes})

    @extend_schema(
        operation_id="sync_upload_part",
        request={PART: OpenApiTypes.BINARY},
        responses={204: None},
        tags=["sync"],
    )
    def patch(self, request: Request, upload_id: UUID) -> HttpResponse:
        """Go on with an upload from `Upload-Offset`.

        A part that breaks off counts as far as it came; with `Upload-Checksum` whole or not at all.
        """
        now = timezone.now()
        upload = uploads.upload_of(active(device_of(request)), upload_id, at=now)
        if request._request.content_type != PART:
            raise BadEncoding(f"Send parts as {PART}.")
        wrapped = request._request
        part = uploads.Part(
            offset=tus.read_number(request.headers.get("Upload-Offset"), "Upload-Offset"),
            pieces=pieces_of(wrapped, announced_length(wrapped)),
            checksum=tus.read_checksum(request.headers.get("Upload-Checksum")),
        )
        here = uploads.take_part(upload, part, at=now)
        return HttpResponse(status=204, headers=state_of(upload, here))


def state_of(upload: Upload, here: int) -> dict[str, str]:
    """Return how far an upload is, and until when it waits for its next part."""
    return {
        "Upload-Offset": str(here),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
    }
