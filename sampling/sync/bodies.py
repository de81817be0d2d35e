"""Bodies read within bounds, and answers written small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from isal import igzip
from rest_framework.request import Request

from sampling.errors import MalformedRequest, ProtocolUnsupported, TooLarge
from sampling.rules.envelope import LIMITS, MAX_BODY, inflate
from sampling.rules.tus import read_number

PROTOCOLS = (1,)
FOREIGN = "foreign"
PIECE = 64 * 1024  # bytes of a file held in memory at once
SIP = 8 * 1024
PATIENCE_S = 60.0  # with a connection that says nothing and does not end
SMALL = 1400  # bytes; below one network packet, packing costs more than it saves


def check_protocol(request: Request) -> None:
    """Refuse a wire protocol nobody speaks here; a request that names none speaks the first."""
    asked = request.headers.get("Sync-Protocol", "1")
    if asked not in {str(number) for number in PROTOCOLS}:
        raise ProtocolUnsupported(supported=list(PROTOCOLS))


def read_body(request: HttpRequest, *, limit: int = MAX_BODY) -> bytes:
    """Return the raw body; one that is too long, or says so, is not read to its end."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        raise MalformedRequest("The content length is not a number.") from None
    if announced > limit:
        raise TooLarge(limits=LIMITS)
    try:
        body = request.read(limit + 1)
    except OSError:
        raise MalformedRequest("The body ended before its announced length.") from None
    if len(body) > limit:
        raise TooLarge(limits=LIMITS)
    if len(body) < announced:
        raise MalformedRequest("The body ended before its announced length.")
    return body


def announced_length(request: HttpRequest) -> int:
    """Return the length of a body; one sent in chunks was refused before."""
    return read_number(request.headers.get("Content-Length") or "0", "Content-Length")


def pieces_of(request: HttpRequest, length: int) -> Iterator[bytes]:
    """Yield a body of a length in pieces, as it comes in.

    When the connection breaks, or nothing comes for PATIENCE_S, what had come is yielded before
    MalformedRequest is raised. It is read in small sips: a sip that breaks off is lost.
    """
    socket = request.META.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(PATIENCE_S)
    while length > 0:
        piece = bytearray()
        try:
            while length > 0 and len(piece) < PIECE:
                sip = request.read(min(SIP, length))
                if not sip:
                    raise ConnectionError
                piece += sip
                length -= len(sip)
        except OSError:
            if piece:
                yield bytes(piece)
            raise MalformedRequest("The body ended before its announced length.") from None
        yield bytes(piece)


def content_encoding(request: HttpRequest) -> str:
    """Return how the body is packed; FOREIGN, which `inflate` refuses, for a type nobody reads."""
    kind = (request.content_type or "application/json").lower()
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if kind != "application/json" or charset not in ("utf-8", "utf8"):
        return FOREIGN
    return request.headers.get("Content-Encoding", "").strip().lower()[:8]


def takes_gzip(request: Request) -> bool:
    """Return whether an answer may be packed: gzip is named, and not with the weight 0."""
    for coding in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def read_json(request: Request) -> dict[str, Any]:
    """Return a small JSON object from the body, packed or plain."""
    wrapped = request._request
    body = inflate(read_body(wrapped), content_encoding(wrapped))
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(f"The body is not JSON in UTF-8: {error}.") from error
    if not isinstance(decoded, dict):
        raise MalformedRequest("The body is not a JSON object.")
    return decoded


def json_answer(request: Request, content: Any, *, status: int = 200) -> HttpResponse:
    """Return an answer as JSON, gzip-packed when the tablet takes it and it is worth it."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    response = HttpResponse(content_type="application/json", status=status)
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "no-store"
    if len(body) > SMALL and takes_gzip(request):
        body = igzip.compress(body, compresslevel=1)
        response["Content-Encoding"] = "gzip"
    response.content = body
    return response
