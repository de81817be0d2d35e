"""What the API schema says about things only this site knows."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SiteSessionScheme(OpenApiAuthenticationExtension):
    """How the API schema describes SiteSession."""

    target_class = "rootfield.rest.SiteSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the cookie that carries the session."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
