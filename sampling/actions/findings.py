"""Looking for doubts in what changed, by reading the ledger; and settling them.

The review follows the change log of each scope, so it sees every record whichever door wrote it,
and catches up after any pause. Running it twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from sampling.actions.specimen_facts import specimen_facts, weighing_variables
from sampling.errors import MalformedRequest, StateConflict
from sampling.models import (
    CoreSegment,
    Determination,
    Finding,
    Measurement,
    ReviewedScope,
    RootFraction,
    SoilCore,
    Specimen,
    SyncChange,
    SyncScope,
    User,
)
from sampling.rules.findings import (
    CoreFacts,
    Doubt,
    SegmentFacts,
    ValueFacts,
    doubts_about_core,
    doubts_about_specimen,
)

VALUE_RULES = "value-"
"""How rules about values of the bench begin; they are reviewed apart from records."""

WEIGHINGS = "weighings:"
"""How the places begin that say how far the weighings of a project were looked at."""

CHUNK = 2000  # changes looked at in one transaction

_CORES_OF = """
    SELECT id FROM sampling_soilcore WHERE id = ANY(%(ids)s)
    UNION SELECT soil_core_id FROM sampling_coresegment WHERE id = ANY(%(ids)s)
    UNION SELECT s.soil_core_id FROM sampling_rootfraction AS f
        JOIN sampling_coresegment AS s ON s.id = f.core_segment_id WHERE f.id = ANY(%(ids)s)
    UNION SELECT s.soil_core_id FROM sampling_measurement AS m
        JOIN sampling_coresegment AS s ON s.id = m.core_segment_id WHERE m.id = ANY(%(ids)s)
    UNION SELECT s.soil_core_id FROM sampling_measurement AS m
        JOIN sampling_rootfraction AS f ON f.id = m.root_fraction_id
        JOIN sampling_coresegment AS s ON s.id = f.core_segment_id WHERE m.id = ANY(%(ids)s)
"""

_SPECIMENS_OF = """
    SELECT id FROM sampling_specimen WHERE id = ANY(%(ids)s)
    UNION SELECT parent_id FROM sampling_specimenlink WHERE id = ANY(%(ids)s)
    UNION SELECT specimen_id FROM sampling_rootfraction
        WHERE id = ANY(%(ids)s) AND specimen_id IS NOT NULL
"""


def review_changes() -> int:
    """Review every scope and every weighing up to its head; return how many were looked at."""
    heads = dict(SyncScope.objects.filter(key__startswith="campaign:").values_list("key", "seq"))
    done = dict(ReviewedScope.objects.values_list("scope", "seq"))
    looked_at = 0
    for scope, head in sorted(heads.items()):
        while done.get(scope, 0) < head:
            done[scope], number = review_chunk(scope)
            looked_at += number
    return looked_at + _review_weighings(done)


def _review_weighings(done: Mapping[str, int]) -> int:
    """Review the weighed specimens of each project whose weighings moved; return how many.

    The bench is in no change log: the sum of the versions of its weighings says that they moved.
    """
    variables = weighing_variables()
    if not variables:
        return 0
    heads = (
        Determination.objects.filter(variable__in=variables)
        .values_list("project")
        .annotate(head=Sum("version"))
        .order_by("project")
    )
    return sum(
        _review_weighings_of(project, head, list(variables))
        for project, head in heads
        if done.get(f"{WEIGHINGS}{project}", 0) < head
    )


def _review_weighings_of(project: UUID, head: int, variables: Sequence[UUID]) -> int:
    """Review the specimens the bench weighed; whoever comes second finds nothing to do."""
    key = f"{WEIGHINGS}{project}"
    ReviewedScope.objects.get_or_create(scope=key)
    with transaction.atomic():
        place = ReviewedScope.objects.select_for_update().get(scope=key)
        if place.seq >= head:
            return 0
        weighed = Determination.objects.filter(project=project, variable__in=variables)
        by_scope: dict[str, list[UUID]] = defaultdict(list)
        for scope, specimen in (
            Specimen.objects.filter(pk__in=weighed.values("specimen"))
            .order_by("pk")
            .values_list("scope", "pk")
        ):
            by_scope[scope].append(specimen)
        for scope, specimens in by_scope.items():
            for start in range(0, len(specimens), CHUNK):
                _review(scope, cores=(), specimens=specimens[start : start + CHUNK])
        place.seq = head
        place.save(update_fields=["seq"])
    return sum(len(specimens) for specimens in by_scope.values())


def review_chunk(scope: str) -> tuple[int, int]:
    """Review the next changes of a scope; return how far it got and how many there were.

    Two reviewers of one scope follow each other.
    """
    with transaction.atomic():
        ReviewedScope.objects.get_or_create(scope=scope)
        place = ReviewedScope.objects.select_for_update().get(scope=scope)
        changes = list(
            SyncChange.objects.filter(scope=scope, seq__gt=place.seq)
            .order_by("seq")
            .values_list("seq", "record")[:CHUNK]
        )
        if changes:
            ids = [record for _, record in changes]
            _review(scope, cores=_ids(_CORES_OF, ids), specimens=_ids(_SPECIMENS_OF, ids))
            place.seq = changes[-1][0]
            place.save(update_fields=["seq"])
        else:
            place.seq = SyncScope.objects.get(key=scope).seq
            place.save(update_fields=["seq"])
    return place.seq, len(changes)


def _ids(sql: str, ids: Sequence[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(ids)})
        return [record for (record,) in cursor.fetchall()]


def _review(scope: str, *, cores: Sequence[UUID], specimens: Sequence[UUID]) -> None:
    facts, subjects = _core_facts(cores)
    doubts = [doubt for core in facts for doubt in doubts_about_core(core)]
    doubts += [doubt for one in specimen_facts(specimens) for doubt in doubts_about_specimen(one)]
    project = SyncScope.objects.filter(key=scope).count() and _project_of(scope)
    if project:
        store_doubts(doubts, about=[*subjects, *specimens], scope=scope, project=project)


def _project_of(scope: str) -> UUID | None:
    campaign = UUID(scope.split(":", 1)[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT project_id FROM sampling_campaign WHERE id = %s", [campaign])
        row = cursor.fetchone()
    return row[0] if row else None


def _core_facts(cores: Sequence[UUID]) -> tuple[list[CoreFacts], list[UUID]]:
    """Return what is known of some cores, and every record a doubt may be about."""
    segments = CoreSegment.objects.filter(soil_core__in=cores)
    fractions = RootFraction.objects.filter(core_segment__soil_core__in=cores).annotate(
        core=F("core_segment__soil_core")
    )
    measurements = (
        Measurement.objects.filter(core_segment__soil_core__in=cores)
        .annotate(core=F("core_segment__soil_core"), name=F("variable__analyte"))
        .union(
            Measurement.objects.filter(root_fraction__core_segment__soil_core__in=cores).annotate(
                core=F("root_fraction__core_segment__soil_core"), name=F("variable__analyte")
            ),
            all=True,
        )
    )
    layers: dict[UUID, list[SegmentFacts]] = defaultdict(list)
    values: dict[UUID, list[ValueFacts]] = defaultdict(list)
    subjects: list[UUID] = list(cores)
    for segment in segments:
        subjects.append(segment.id)
        if segment.voided_at is None:
            layers[segment.soil_core_id].append(_segment_facts(segment))
    for fraction in fractions:
        subjects.append(fraction.id)
        if fraction.voided_at is None:
            values[fraction.core].append(_fraction_facts(fraction))
    for measurement in measurements:
        subjects.append(measurement.id)
        if measurement.voided_at is None:
            values[measurement.core].append(_measurement_facts(measurement, measurement.name))
    facts = [
        CoreFacts(
            id=core.id,
            date_precision=core.date_precision,
            has_diameter=core.inner_diameter_cm is not None,
            driven_length_cm=core.driven_length_cm,
            recovered_length_cm=core.recovered_length_cm,
            segments=layers[core.id],
            values=values[core.id],
        )
        for core in SoilCore.objects.filter(id__in=cores, voided_at=None)
    ]
    return facts, subjects


def _segment_facts(segment: CoreSegment) -> SegmentFacts:
    return SegmentFacts(
        id=segment.id,
        upper_depth_cm=segment.upper_depth_cm,
        lower_depth_cm=segment.lower_depth_cm,
        purpose=segment.purpose,
        has_area=segment.sampled_area_cm2 is not None,
    )


def _fraction_facts(fraction: RootFraction) -> ValueFacts:
    return ValueFacts(
        record_type="root_fraction",
        id=fraction.id,
        name="dry mass",
        censoring=fraction.dry_mass_censoring,
        reason=fraction.dry_mass_reason,
        as_entered=fraction.dry_mass_as_entered,
    )


def _measurement_facts(measurement: Measurement, name: str) -> ValueFacts:
    return ValueFacts(
        record_type="measurement",
        id=measurement.id,
        name=name,
        censoring=measurement.censoring,
        reason=measurement.reason,
        as_entered=measurement.as_entered,
    )


def store_doubts(
    doubts: Sequence[Doubt],
    *,
    about: Sequence[UUID],
    scope: str,
    project: UUID,
    family: str = "",
) -> None:
    """Make the findings about some records agree with the doubts there are now.

    New ones open, gone ones are fixed, those a person accepted stay accepted. Rules that begin
    with `family` are one review's own; findings of others are left alone.
    """
    now = timezone.now()
    before = Finding.objects.filter(record__in=about)
    before = (
        before.filter(rule__startswith=family)
        if family
        else before.exclude(rule__startswith=VALUE_RULES)
    )
    known = {(finding.rule, finding.record, finding.key): finding for finding in before}
    present = {(doubt.rule, doubt.record, doubt.key): doubt for doubt in doubts}
    Finding.objects.bulk_create(
        [
            Finding(
                project_id=project,
                scope=scope,
                rule=doubt.rule,
                severity=doubt.severity,
                record_type=doubt.record_type,
                record=doubt.record,
                key=doubt.key,
                message=doubt.message,
                raised_at=now,
            )
            for place, doubt in present.items()
            if place not in known
        ],
        ignore_conflicts=True,
    )
    gone = [f.pk for place, f in known.items() if place not in present and f.state == "open"]
    Finding.objects.filter(pk__in=gone).update(state="fixed", settled_at=now)
    back = [f.pk for place, f in known.items() if place in present and f.state == "fixed"]
    Finding.objects.filter(pk__in=back).update(state="open", settled_at=None)


def accept_finding(finding: Finding, *, by: User, reason: str, at: dt.datetime) -> Finding:
    """Say that a doubtful record is right as it is, and why; raises StateConflict when settled."""
    if not reason.strip():
        raise MalformedRequest("Say why the record is right as it is.")
    changed = Finding.objects.filter(pk=finding.pk, state="open").update(
        state="accepted", settled_by=by, settled_at=at, reason=reason.strip()
    )
    if not changed:
        raise StateConflict("This finding is settled already.")
    finding.refresh_from_db()
    return finding
