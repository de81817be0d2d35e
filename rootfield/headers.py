"""What every answer says about how a browser may use it.

Pages take scripts, styles and pictures from this site only, and no inline ones. The admin site's
pages need inline scripts and `eval` (its Alpine.js) and the documentation of the API inline styles:
each has its own policy. Answers that are no pages load nothing at all. What programs are answered
holds names and places: no browser or proxy keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rootfield.problems import MACHINE_PATHS

POLICY = "Content-Security-Policy"

Directives = Mapping[str, str]

_LOCKED: Directives = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
PAGES: Directives = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
DOCUMENTATION: Directives = {**PAGES, "style-src": "'self' 'unsafe-inline'"}
ADMIN: Directives = {
    **DOCUMENTATION,
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "frame-ancestors": "'self'",
}
# Drawings carry their styles inline; opened by themselves they may do nothing else.
DRAWINGS: Directives = {**_LOCKED, "style-src": "'unsafe-inline'", "sandbox": ""}

BY_PLACE = (("/admin/", ADMIN), ("/api/docs", DOCUMENTATION))

COMMON = {
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def written(directives: Directives) -> str:
    """Return a policy as it stands in the header; over TLS nothing is asked for without it."""
    parts = [f"{name} {value}".rstrip() for name, value in directives.items()]
    if settings.HTTPS:
        parts.append("upgrade-insecure-requests")
    return "; ".join(parts)


def policy_for(path: str, content_type: str) -> Directives:
    """Return the policy of an answer at an address."""
    kind = content_type.partition(";")[0].strip()
    if kind == "image/svg+xml":
        return DRAWINGS
    if kind != "text/html":
        return _LOCKED
    return next((policy for place, policy in BY_PLACE if path.startswith(place)), PAGES)


class HeadersMiddleware:
    """Adds the headers; a view that sets one itself knows better."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers every answer carries."""
        response = self.get_response(request)
        content_type = response.get("Content-Type", "")
        response.setdefault(POLICY, written(policy_for(request.path, content_type)))
        for name, value in COMMON.items():
            response.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            is_page = content_type.startswith("text/html")
            is_kept_out = request.path.startswith(MACHINE_PATHS) and not is_page
            response.setdefault("Cache-Control", "no-store" if is_kept_out else "private, no-cache")
        return response
