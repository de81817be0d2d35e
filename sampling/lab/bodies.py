"""What the bench sends: numbers exactly as written, and who may send it for which project."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from sampling.actions.access import projects_allowing, require
from sampling.errors import Forbidden, MalformedRequest, TooLarge
from sampling.models import User

MOST_BYTES: Final = 4 * 1024 * 1024
_KEY: Final = re.compile(r"[\x21-\x7e]{1,120}")


class ExactJSONParser(JSONParser):
    """Reads JSON with decimals as they were written, and without NaN."""

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document; raises ParseError."""
        try:
            text = codecs.getreader("utf-8")(stream)
            return json.load(text, parse_float=Decimal, parse_constant=_not_json)
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def person(request: Request) -> User:
    """Return the person who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def body_sha256(request: Request) -> str:
    """Return the SHA-256 of the bytes of the body; raises TooLarge.

    To be called before anything reads the body.
    """
    body = request._request.body
    if len(body) > MOST_BYTES:
        raise TooLarge(f"At most {MOST_BYTES} bytes are taken at once.", most_bytes=MOST_BYTES)
    return hashlib.sha256(body).hexdigest()


def idempotency_key(request: Request) -> str:
    """Return the key of the body, empty without one; raises MalformedRequest."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if key and not _KEY.fullmatch(key):
        raise MalformedRequest("An Idempotency-Key has 1 to 120 printable ASCII characters.")
    return key


def rows_of(data: object) -> list[Any]:
    """Return the rows of a body, each with the decimal mark the body names for all."""
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list):
        raise MalformedRequest('The body is {"rows": [...]}.')
    unknown = sorted(set(data) - {"rows", "decimal_mark"})
    if unknown:
        raise MalformedRequest(f"The body has no member {unknown[0]!r}.")
    if "decimal_mark" not in data:
        return list(data["rows"])
    default = {"decimal_mark": data["decimal_mark"]}
    return [{**default, **row} if isinstance(row, dict) else row for row in data["rows"]]


def project_asked(request: Request, asked: uuid.UUID | None, permission: str) -> uuid.UUID:
    """Return the project named, or the only one in which the person holds the permission.

    Raises NotFound, Forbidden, and MalformedRequest for who must choose.
    """
    if asked is not None:
        require(person(request), asked, permission)
        return asked
    open_to = list(projects_allowing(person(request), permission).values_list("pk", flat=True)[:2])
    if not open_to:
        raise Forbidden
    if len(open_to) > 1:
        raise MalformedRequest("Say with ?project= which project is meant.")
    return open_to[0]


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Raise MalformedRequest for a parameter of the address that nobody knows."""
    for name in sorted(set(request.query_params) - known):
        raise MalformedRequest(f"Unknown parameter {name!r}; known: {', '.join(sorted(known))}.")


def refuse_half_truths(request: Request, names: set[str]) -> None:
    """Raise MalformedRequest for a parameter that is neither true nor false."""
    for name in sorted(names):
        if request.query_params.get(name, "").lower() not in {"", "true", "false"}:
            raise MalformedRequest(f"Parameter {name!r} is true or false.")
