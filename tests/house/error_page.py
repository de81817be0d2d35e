"""The page of error codes: `python -m tests.house.error_page > docs/errors.md`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from types import ModuleType

import django

from tests.house import outcome_codes

HEAD = """# Error codes

Every error answer of the API and the sync door is a problem document (RFC 9457,
`application/problem+json`). Its `type` is `urn:rootfield:problem:` and the code; `code` repeats the
code, `retry` says whether sending the same again can help: `never`, `later`, or `after-fix`.
`trace` is the id under which the logs have the request, as in the header `X-Request-Id`.
`errors` lists what is wrong where (`field`, `code`, `detail`), when several things are.

`make pages` writes this page from the code.

## Answers

| code | status | retry | meaning |
| --- | --- | --- | --- |
"""
CONSTRAINTS = """
## Rules of the database

These codes stand in `errors`, or with the outcome of a record: the row contradicts a rule that
holds whoever writes it.

| code | meaning |
| --- | --- |
"""


def page() -> str:
    """Return the page as the code has it now."""
    problems = importlib.import_module("rootfield.problems")
    rows = {
        code: f"| `{code}` | {status} | {retry} | {title} |"
        for code, (status, retry, title) in problems.KNOWN.items()
    }
    for error in descendants(problems.RootfieldError):
        rows[error.code] = f"| `{error.code}` | {error.status} | {error.retry} | {error.title} |"
    rules = {f"| `{code}` | {message} |" for code, message in constraint_codes()}
    return (
        HEAD
        + "\n".join(sorted(rows.values()))
        + "\n"
        + outcome_codes.section()
        + CONSTRAINTS
        + "\n".join(sorted(rules))
        + "\n"
    )


def descendants(error: type) -> Iterator[type]:
    """Yield every error below one, wherever it is defined."""
    for app in ("sampling", "estimates"):
        import_all(importlib.import_module(app))
    waiting = [error]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        yield from (found for found in below if found.__module__.startswith(("sampling", "estim")))


def import_all(package: ModuleType) -> None:
    """Import every module of an app, so that its errors are known."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def constraint_codes() -> Iterator[tuple[str, str]]:
    """Yield the code and message of every constraint that carries a code of its own."""
    apps = importlib.import_module("django.apps").apps
    for label in ("sampling", "estimates"):
        for model in apps.get_app_config(label).get_models():
            for constraint in model._meta.constraints:
                if constraint.violation_error_code:
                    yield constraint.violation_error_code, str(constraint.violation_error_message)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootfield.settings")
    django.setup()
    sys.stdout.write(page())
