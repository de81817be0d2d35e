"""The answer to who guessed passwords for too long, at every door that asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rootfield.problems import answer, answers_a_machine, known_problem


def locked_out(
    request: HttpRequest, _refused: HttpResponse | None, _credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """Answer 429 and say how long the name stays closed for this address."""
    wait = get_cool_off(request)
    wait_s = round(wait.total_seconds()) if wait else None
    headers = {"Retry-After": str(wait_s)} if wait_s else {}
    if answers_a_machine(request):
        return answer(request, replace(known_problem("throttled"), headers=headers))
    context = {
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "wait_min": round(wait_s / 60) if wait_s else None,
    }
    page = render(request, "locked.html", context, status=429)
    for name, value in headers.items():
        page.headers[name] = value
    return page
