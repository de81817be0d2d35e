"""Structured logs: one event a line, with the request's id, without secrets or exact places."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor, WrappedLogger

REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID_SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}")
WITHHELD = "[withheld]"
# Parts of names whose values never reach a log: secrets, and the exact place of a plot.
WITHHELD_WORDS = (
    "token",
    "secret",
    "password",
    "authorization",
    "cookie",
    "latitude",
    "longitude",
    "exact_point",
)

logger = structlog.get_logger("rootfield.requests")


def withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values that a log must not hold."""
    for name in event:
        if any(word in name.lower() for word in WITHHELD_WORDS):
            event[name] = WITHHELD
    return event


SHARED_PROCESSORS: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    withhold,
)


def configure_structlog() -> None:
    """Send structlog's events through the standard library's handlers."""
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logging_configuration(*, json_lines: bool, level: str) -> dict[str, Any]:
    """Return Django's LOGGING: JSON lines for machines, short lines for people."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    if level not in logging.getLevelNamesMapping():
        raise ValueError(f"LOG_LEVEL is {level!r}; it must be a level such as INFO.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": list(SHARED_PROCESSORS),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
        },
    }


class RequestLogMiddleware:
    """Give each request an id, bind it to every event of the request, and log its answer.

    An id sent as X-Request-Id is kept when it is plain; the answer carries it in any case.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its id in the logs and in the answer."""
        sent = request.headers.get(REQUEST_ID_HEADER, "")
        request_id = sent if REQUEST_ID_SHAPE.fullmatch(sent) else uuid.uuid4().hex
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            logger.info(
                "answered",
                method=request.method,
                path=request.path,
                status=response.status_code,
                duration_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        response.headers[REQUEST_ID_HEADER] = request_id
        return response
