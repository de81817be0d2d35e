"""What records refer to outside of the ledger: a variable names the version of a lab method."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sampling.models import MethodVersion
from sampling.rules.operations import Operation

MEMBER = "method_version"


def strangers(operations: Sequence[Operation], *, project: UUID) -> dict[UUID, dict[str, str]]:
    """Return, by operation, the problem of a method version that the project does not have.

    What another project has is answered like what nobody has.
    """
    named: dict[UUID, UUID] = {}
    for operation in operations:
        change = operation.changes.get(MEMBER) if operation.type == "variable" else None
        if change and change.get("to"):
            with suppress(ValueError):  # what is no id is refused with the record's other faults
                named[operation.id] = UUID(str(change["to"]))
    if not named:
        return {}
    own = MethodVersion.objects.filter(method__project=project, pk__in=named.values())
    known = set(own.values_list("pk", flat=True))
    return {
        operation: {
            "pointer": f"/{MEMBER}",
            "code": "unknown",
            "detail": f"There is no method version with the id {version}.",
        }
        for operation, version in named.items()
        if version not in known
    }
