"""Error answers: problem details (RFC 9457) for machines, a short page for people.

Every problem has the members `type` (urn:rootfield:problem:<code>), `title`, `status`, `detail`,
`code`, `retry` (never, later, after-fix) and `trace` (the id under which the logs have it);
`errors` lists what is wrong where, when several things are. docs/errors.md lists the codes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path
from redis import RedisError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from sampling.actions.refusals import is_away
from sampling.errors import RootfieldError

CONTENT_TYPE = "application/problem+json"
URN = "urn:rootfield:problem:"
# Below these the answer is for a program, even for one that does not ask for JSON.
MACHINE_PATHS = ("/api/", "/sync/", "/health/", "/metrics")
# Values that JSON can spell and PostgreSQL or UTF-8 cannot: a mistake of whoever sent them.
UNSTORABLE = (DataError, RecursionError, UnicodeEncodeError)

# What the database and Redis raise while they stop, start, or cannot be reached.
AWAY = (OperationalError, InterfaceError, RedisError)
AGAIN_AFTER_S = 2

logger = structlog.get_logger("rootfield.problems")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One answer that says what went wrong and whether asking again can help."""

    code: str
    status: int
    title: str
    detail: str
    retry: str = "never"
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the members of the JSON document; `trace` is the request's id in the logs."""
        trace = structlog.contextvars.get_contextvars().get("request_id")
        return {
            **({"trace": trace} if trace else {}),
            **self.members,
            "type": f"{URN}{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retry": self.retry,
        }


# What the frameworks raise, by code: the status, whether to ask again, and the title.
KNOWN: dict[str, tuple[int, str, str]] = {
    "malformed": (400, "never", "The request could not be read."),
    "invalid": (400, "after-fix", "Some of the values cannot be accepted."),
    "unauthenticated": (401, "after-fix", "Sign in first."),
    "forbidden": (403, "never", "Your role does not allow this."),
    "csrf": (403, "after-fix", "The form was too old or came from elsewhere; open it again."),
    "not-found": (404, "never", "There is no such thing here."),
    "method-not-allowed": (405, "never", "This address does not know this method."),
    "not-acceptable": (406, "never", "The answer cannot be given in the form asked for."),
    "length-required": (411, "after-fix", "Say the length of the body (Content-Length)."),
    "too-large": (413, "after-fix", "The request is over the limits; send it in smaller parts."),
    "unsupported-media-type": (415, "never", "This media type is not understood here."),
    "throttled": (429, "later", "Too many requests; wait a little."),
    "server-error": (500, "later", "Something went wrong on our side."),
    "unavailable": (503, "later", "The service is not ready; try again later."),
}
BY_STATUS = {
    status: code for code, (status, _, _) in KNOWN.items() if code not in {"invalid", "csrf"}
}


def known_problem(code: str, detail: str = "", **members: Any) -> Problem:
    """Return one of the problems every door shares."""
    status, retry, title = KNOWN[code]
    return Problem(
        code=code, status=status, title=title, detail=detail or title, retry=retry, members=members
    )


def problem_for(error: Exception) -> Problem | None:
    """Return the problem an exception stands for, or None for one nobody expected."""
    match error:
        case RootfieldError():
            return problem_for_rootfield(error)
        case exceptions.ValidationError():
            return known_problem("invalid", errors=list(flattened(error.get_full_details())))
        case exceptions.APIException():
            return problem_for_api(error)
        case ModelValidationError():
            return known_problem("invalid", errors=list(model_errors(error)))
        case Http404():
            return known_problem("not-found")
        case PermissionDenied():
            return known_problem("forbidden", str(error))
        case RequestDataTooBig() | TooManyFilesSent():
            return known_problem("too-large")
        case SuspiciousOperation() | DataError() | RecursionError() | UnicodeEncodeError():
            return known_problem("malformed")
    return problem_for_store(error)


def problem_for_store(error: Exception) -> Problem | None:
    """Return the problem of a database, or Redis, that does not answer just now, or None.

    The same request may work in a moment.
    """
    if not isinstance(error, RedisError) and not is_away(error):
        return None
    logger.warning("store away", error=str(error))
    problem = known_problem(
        "unavailable", "The database or the queue does not answer just now; try again in a moment."
    )
    return replace(problem, headers={"Retry-After": str(AGAIN_AFTER_S)})


def problem_for_rootfield(error: RootfieldError) -> Problem:
    """Return the problem of one of our own errors; `retry_after_s` also becomes a header."""
    wait = error.extra.get("retry_after_s")
    return Problem(
        code=error.code,
        status=error.status,
        title=error.title,
        detail=error.detail,
        retry=error.retry,
        members=error.extra,
        headers={
            **({"WWW-Authenticate": error.challenge} if error.challenge else {}),
            **({"Retry-After": str(wait)} if wait is not None else {}),
        },
    )


def problem_for_api(error: exceptions.APIException) -> Problem:
    """Return the problem of an error of the REST framework, with the headers it asks for."""
    code = "csrf" if error.get_codes() == "csrf" else BY_STATUS.get(error.status_code)
    detail = str(error.detail)
    if code is None:
        title = HTTPStatus(error.status_code).phrase + "."
        return Problem(
            code=f"http-{error.status_code}", status=error.status_code, title=title, detail=detail
        )
    problem = known_problem(code, detail)
    challenge = getattr(error, "auth_header", None)
    wait = getattr(error, "wait", None)
    headers = {
        **({"WWW-Authenticate": challenge} if challenge else {}),
        **({"Retry-After": f"{wait:.0f}"} if wait else {}),
    }
    return replace(problem, headers=headers)


def flattened(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield {field, code, detail} for every message in a tree of validation errors."""
    if is_message(details):
        yield {"field": path, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, below in details.items():
            yield from flattened(below, f"{path}.{name}".lstrip("."))
    else:
        for index, below in enumerate(details):
            place = path if is_message(below) else f"{path}.{index}".lstrip(".")
            yield from flattened(below, place)


def is_message(details: Any) -> bool:
    """Return whether this is one message rather than the fields, or items, of a record."""
    return (
        isinstance(details, Mapping)
        and set(details) == {"message", "code"}
        and not isinstance(details["message"], Mapping | list)
    )


def model_errors(error: ModelValidationError) -> Iterator[dict[str, str]]:
    """Yield {field, code, detail} for every message of a model's validation."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, problems in by_field.items():
        for problem in problems:
            for message in problem.messages:
                yield {
                    "field": "" if name == "__all__" else name,
                    "code": problem.code or "invalid",
                    "detail": message,
                }


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a REST view; None lets an unexpected one become a 500."""
    problem = problem_for(error)
    if problem is None:
        return None
    if isinstance(error, UNSTORABLE):
        logger.warning("unstorable value", exc_info=error)
    set_rollback()
    return Response(
        problem.document(),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=CONTENT_TYPE,
    )


def answers_a_machine(request: HttpRequest) -> bool:
    """Return whether the answer should be a document for a program rather than a page."""
    return request.path.startswith(MACHINE_PATHS) or not request.accepts("text/html")


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer a problem outside the REST views: as a document, or as a page for people."""
    if answers_a_machine(request):
        return JsonResponse(
            problem.document(),
            status=problem.status,
            content_type=CONTENT_TYPE,
            headers=dict(problem.headers),
        )
    if problem.status in (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE):
        # Without the request: the page frame may need what has just failed.
        page = render_to_string("500.html", {"problem": problem})
        return HttpResponse(page, status=problem.status, headers=dict(problem.headers))
    return render(request, "problem.html", {"problem": problem}, status=problem.status)


class ProblemMiddleware:
    """Answers what views outside the REST framework raise, and what no database could hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse NUL characters, which PostgreSQL cannot store, and bodies of unknown length."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return answer(request, known_problem("malformed", "NUL characters are not accepted."))
        if request.headers.get("Transfer-Encoding"):
            # The framework would take a body in pieces for an empty one.
            return answer(request, known_problem("length-required"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer our own errors, values nobody can store, and a store that is away.

        Django asks its handlers, below, about the others.
        """
        if not isinstance(error, (RootfieldError, *AWAY, *UNSTORABLE)):
            return None
        if isinstance(error, UNSTORABLE):
            logger.warning("unstorable value", exc_info=error)
        problem = problem_for(error)
        return answer(request, problem) if problem else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django found suspicious."""
    return answer(request, problem_for(exception) or known_problem("malformed"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who may not do this."""
    return answer(request, problem_for(exception) or known_problem("forbidden"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address, or a thing, that is not there; never say which."""
    return answer(request, known_problem("not-found", without_slash(request.path)))


def without_slash(path: str) -> str:
    """Return a hint for who ended an address for machines with a slash, or an empty text."""
    bare = path.rstrip("/")
    if bare == path or not path.startswith(("/api/", "/sync/")) or not is_valid_path(bare):
        return ""
    return f"Addresses of the API end without a slash: {bare}"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token."""
    return answer(request, known_problem("csrf"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody expected; the log has the traceback under the request's id.

    What middleware needs a database for (sessions) fails outside of every view, and ends here.
    """
    error = sys.exc_info()[1]
    if isinstance(error, AWAY) and (problem := problem_for(error)):
        return answer(request, problem)
    bound = structlog.contextvars.get_contextvars()
    return answer(request, known_problem("server-error", request_id=bound.get("request_id", "")))
