"""What would become of each row of a bulk entry, decided before anything is written.

Everything the rows may name is read at once, so that the number of queries does not grow with
them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from django.db.models import Q

from sampling.models import CodeBlock, Determination, Specimen, Variable
from sampling.rules.codes import CodeMalformed, CodeMistyped, read_code, read_number
from sampling.rules.lab_results import Range, Result, VariableFacts, judge_row
from sampling.rules.lab_rows import NO_RESULT, Row
from sampling.rules.lab_states import replaces
from sampling.rules.remarks import Remark

Status = Literal["created", "unchanged", "superseded", "held", "rejected"]
IfExists = Literal["fail", "skip", "supersede"]
Cell = tuple[uuid.UUID | str, uuid.UUID, str, int]

SEEN: Final = ("id", "state", "version", "value", "censoring", "limit", "reason", "note", "flags")


@dataclass(frozen=True, slots=True)
class Subject:
    """The specimen a row names: stored, awaited from the field, or a fault."""

    id: uuid.UUID | None = None
    awaited: str = ""
    fault: Remark | None = None


@dataclass(slots=True, kw_only=True)
class Planned:
    """One row with what becomes of it; `old` is the live result it meets."""

    row: Row
    status: Status = "rejected"
    specimen: uuid.UUID | None = None
    variable: uuid.UUID | None = None
    result: Result | None = None
    old: Determination | None = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    @property
    def clears(self) -> bool:
        """Whether the row takes a draft away and puts nothing in its place."""
        return self.status == "superseded" and self.row.is_clear

    @property
    def makes_result(self) -> bool:
        """Whether a determination is stored for the row."""
        return self.status == "created" or (self.status == "superseded" and not self.row.is_clear)


def plan_rows(
    rows: Sequence[Row], *, project: uuid.UUID, if_exists: IfExists, lock: bool
) -> list[Planned]:
    """Return what becomes of each row, in order; lock holds the results met until the commit."""
    subjects = _subjects({row.specimen for row in rows if row.specimen}, project=project)
    variables = _variables({row.variable for row in rows if row.variable}, project=project)
    planned = [_judged(row, subjects, variables) for row in rows]
    _refuse_duplicates(planned, subjects)
    _meet_old(planned, project=project, lock=lock)
    for plan in planned:
        plan.status = _status(plan, subjects, if_exists)
        if plan.status == "rejected":
            plan.result = None
    return planned


def _judged(
    row: Row, subjects: Mapping[str, Subject], variables: Mapping[str, Variable]
) -> Planned:
    """Return a row with everything that is wrong with it alone."""
    plan = Planned(row=row, errors=list(row.errors))
    if row.specimen:
        subject = subjects[row.specimen]
        plan.specimen = subject.id
        if subject.fault:
            plan.errors.append(subject.fault)
    if not row.variable:
        return plan
    variable = variables.get(row.variable)
    if variable is None or variable.place != "lab":
        code = "variable.not_lab" if variable else "variable.unknown"
        plan.errors.append(Remark(code=code, field="variable", given=row.variable))
        return plan
    plan.variable = variable.pk
    if not row.keeps and not row.is_clear:
        plan.result = judge_row(row, facts_of(variable))
        plan.errors += plan.result.errors
        plan.warnings += plan.result.warnings
    return plan


def facts_of(variable: Variable) -> VariableFacts:
    """Return what a variable asks of its values."""
    return VariableFacts(
        unit=variable.unit,
        lod=_exact(variable.lod),
        loq=_exact(variable.loq),
        plausible=_range(variable.plausible_min, variable.plausible_max),
        hard=_range(variable.hard_min, variable.hard_max),
    )


def _range(low: float | None, high: float | None) -> Range:
    return _exact(low), _exact(high)


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))


def _uuids(names: Iterable[str]) -> dict[str, uuid.UUID]:
    """Return those of the names that are written as an id."""
    found = {}
    for name in names:
        with suppress(ValueError):
            found[name] = uuid.UUID(name)
    return found


def _variables(names: set[str], *, project: uuid.UUID) -> dict[str, Variable]:
    """Return the project's variables by the names the rows use: code or id."""
    ids = _uuids(names)
    stored = list(
        Variable.objects.filter(project=project, voided_at=None).filter(
            Q(code__in=names) | Q(pk__in=ids.values())
        )
    )
    by_name: dict[str, Variable] = {variable.code: variable for variable in stored}
    by_id = {variable.pk: variable for variable in stored}
    return by_name | {name: by_id[pk] for name, pk in ids.items() if pk in by_id}


def _subjects(names: set[str], *, project: uuid.UUID) -> dict[str, Subject]:
    """Return what each name of a specimen stands for: an id, a code, a code with blanks.

    Only the project's own specimens and code blocks are looked at, so an answer says nothing
    about what other projects have.
    """
    ids = _uuids(names)
    written = {name: _written(name) for name in names}
    stored = Specimen.objects.filter(project=project).filter(
        Q(pk__in=ids.values()) | Q(code__in=names | {code for code, _ in written.values()})
    )
    by_id: dict[uuid.UUID, Specimen] = {}
    by_code: dict[str, list[Specimen]] = {}
    for specimen in stored.only("id", "code", "voided_at"):
        by_id[specimen.pk] = specimen
        by_code.setdefault(specimen.code, []).append(specimen)
    blocks = list(CodeBlock.objects.filter(project=project).values_list("first_number", "size"))
    subjects = {}
    for name in names:
        code, fault = written[name]
        known = by_id.get(ids[name]) if name in ids else None
        candidates = [known] if known else by_code.get(name) or by_code.get(code) or []
        subjects[name] = _subject(name, candidates) or _unknown(name, code, fault, blocks)
    return subjects


def _written(name: str) -> tuple[str, Remark | None]:
    """Return a specimen code in its one written form, and what is wrong with it."""
    try:
        return read_code(name), None
    except CodeMistyped as error:
        return name, Remark(
            code="specimen.mistyped", field="specimen", given=name, message=error.detail
        )
    except CodeMalformed:
        return name, None


def _subject(name: str, candidates: Sequence[Specimen]) -> Subject | None:
    """Return the one specimen of the candidates that is not withdrawn, or None without any."""
    if not candidates:
        return None
    standing = [specimen for specimen in candidates if specimen.voided_at is None]
    if len(standing) == 1:
        return Subject(id=standing[0].pk)
    code = "specimen.ambiguous" if standing else "specimen.voided"
    return Subject(fault=Remark(code=code, field="specimen", given=name))


def _unknown(
    name: str, code: str, fault: Remark | None, blocks: Iterable[tuple[int, int]]
) -> Subject:
    """Return a name nobody knows: awaited when its code was given to a tablet of the project."""
    if fault:
        return Subject(fault=fault)
    with suppress(CodeMalformed, CodeMistyped):
        number = read_number(code)
        if any(first <= number < first + size for first, size in blocks):
            return Subject(awaited=code)
    return Subject(fault=Remark(code="specimen.unknown", field="specimen", given=name))


def _cell(plan: Planned, subjects: Mapping[str, Subject]) -> Cell | None:
    """Return which result a row is about, or None for a row that does not say."""
    subject = subjects.get(plan.row.specimen)
    who = subject and (subject.id or subject.awaited)
    if not who or plan.variable is None:
        return None
    return who, plan.variable, plan.row.purpose, plan.row.replicate_no


def _refuse_duplicates(planned: Sequence[Planned], subjects: Mapping[str, Subject]) -> None:
    """Refuse rows that give a result an earlier row gives as well."""
    first: dict[Cell, int] = {}
    for plan in planned:
        cell = _cell(plan, subjects)
        if cell is None or plan.row.keeps:
            continue
        earlier = first.setdefault(cell, plan.row.number)
        if earlier != plan.row.number:
            plan.errors.append(
                Remark(
                    code="row.duplicate",
                    field="specimen",
                    given=plan.row.specimen,
                    message=f"Row {earlier} gives the same result; number the replicates.",
                )
            )


def _meet_old(planned: Sequence[Planned], *, project: uuid.UUID, lock: bool) -> None:
    """Give each row the live result it meets."""
    specimens = {plan.specimen for plan in planned if plan.specimen}
    variables = {plan.variable for plan in planned if plan.variable}
    live = Determination.objects.live().filter(
        project=project, specimen__in=specimens, variable__in=variables
    )
    live = live.only(*SEEN, "specimen", "variable", "purpose", "replicate_no").order_by("pk")
    if lock:
        live = live.select_for_update()
    by_cell = {
        (old.specimen_id, old.variable_id, old.purpose, old.replicate_no): old for old in live
    }
    for plan in planned:
        row = plan.row
        if plan.specimen and plan.variable:
            plan.old = by_cell.get((plan.specimen, plan.variable, row.purpose, row.replicate_no))


def _status(plan: Planned, subjects: Mapping[str, Subject], if_exists: IfExists) -> Status:
    """Return what becomes of a row, noting why it is refused."""
    if plan.errors:
        return "rejected"
    if plan.row.keeps:
        return "unchanged"
    if subjects[plan.row.specimen].awaited:
        plan.warnings.append(
            Remark(code="specimen.awaited", field="specimen", given=plan.row.specimen)
        )
        return "held"
    if plan.old is not None and _same(plan, plan.old):
        return "unchanged"
    fault = _moved(plan) or _clash(plan, if_exists)
    if fault is not None:
        plan.errors.append(fault)
        return "rejected"
    if plan.old is None:
        return "unchanged" if plan.row.is_clear else "created"
    return "superseded" if plan.row.is_clear or if_exists == "supersede" else "unchanged"


def _same(plan: Planned, old: Determination) -> bool:
    """Return whether the row says what is stored already; a blank note or flag keeps."""
    new, row = plan.result, plan.row
    if new is None:
        return False
    values = (new.value, new.censoring, new.limit, new.reason)
    return (
        values == (old.value, old.censoring, old.limit, old.reason)
        and row.note in ("", old.note)
        and set(row.flags) <= set(old.flags)
    )


def _moved(plan: Planned) -> Remark | None:
    """Return a fault when the person saw another result than the one that is there."""
    row, old = plan.row, plan.old
    seen = (row.result or None, row.version)
    if seen == (None, None) or (row.result == NO_RESULT and old is None):
        return None
    there = (str(old.pk), old.version) if old else (None, None)
    if all(mine in (None, theirs) for mine, theirs in zip(seen, there, strict=True)) and old:
        return None
    return Remark(code="result.version_moved", field="result", given=row.result or None)


def _clash(plan: Planned, if_exists: IfExists) -> Remark | None:
    """Return a fault when the result that is there may not be replaced so."""
    row, old = plan.row, plan.old
    if old is None:
        return None
    if row.is_clear:
        if old.state == "draft":
            return None
        return Remark(code="result.not_a_draft", given=f"clear a result that is {old.state}")
    if if_exists == "fail":
        return Remark(code="result.exists", given=row.typed.as_entered)
    if if_exists == "supersede" and not replaces(old.state, reason=row.amend_reason):
        return Remark(
            code="amend_reason.missing",
            field="amend_reason",
            message=f"This result is {old.state}: amend it with a reason.",
        )
    return None


def refuse_all(planned: Sequence[Planned]) -> None:
    """Refuse every row because one was: all are taken or none."""
    for plan in planned:
        if plan.status != "rejected":
            plan.status = "rejected"
            plan.errors.append(Remark(code="batch.all_or_nothing", field=""))
