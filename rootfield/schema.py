"""What the API schema says about things only this site knows."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# rootfield.problems makes the documents; docs/errors.md lists the codes.
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Some codes have members of their own besides.",
    "properties": {
        "type": {"type": "string", "description": "urn:rootfield:problem: and the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence a person can act on."},
        "code": {"type": "string", "description": "Stable; to decide by."},
        "retry": {"type": "string", "enum": ["never", "later", "after-fix"]},
        "trace": {"type": "string", "description": "The request's id in the logs."},
        "errors": {
            "type": "array",
            "description": "What is wrong with which member of the request.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "required": ["field", "code", "detail"],
            },
        },
        "problems": {
            "type": "array",
            "description": "Every rule a record breaks, and where (a JSON pointer).",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "retry"],
}


class SiteSessionScheme(OpenApiAuthenticationExtension):
    """How the API schema describes SiteSession."""

    target_class = "rootfield.rest.SiteSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the cookie that carries the session."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def describe_problems(result: dict[str, Any], **_hooked: Any) -> dict[str, Any]:
    """Give every operation of the schema its answer for whatever goes wrong, and return it."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components.setdefault("responses", {})["Problem"] = {
        "description": "The request was not carried out: 4xx says what to do, 5xx to try again.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method in METHODS:
                operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    return result
