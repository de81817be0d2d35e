"""What the rules about specimens look at: codes, and every mass weighed along the way of a bag.

A mass is the one recorded with the roots, or one the bench determined on the specimen itself:
`dry_mass`, else `fresh_mass`, for the whole, and `rest_mass` for what was weighed back.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Lower

from sampling.errors import RuleError
from sampling.models import Determination, RootFraction, Specimen, SpecimenLink, Variable
from sampling.rules.findings import SpecimenFacts
from sampling.rules.units import convert, find_unit

DRY, FRESH, REST = "dry", "fresh", "rest"
WEIGHED = {f"{name}{gap}mass": name for name in (DRY, FRESH, REST) for gap in "_ "}
"""Analytes of the bench that are masses of a specimen, by what was weighed."""

RESULT = "result"
SPLIT = "split"


def specimen_facts(specimens: Sequence[UUID]) -> Iterator[SpecimenFacts]:
    """Yield what is known of some specimens; void ones are left out."""
    rows = list(
        Specimen.objects.filter(id__in=specimens, voided_at=None)
        .order_by("pk")
        .values_list("id", "code", "project")
    )
    namesakes = _namesakes({code for _, code, _ in rows}, {project for _, _, project in rows})
    recorded = dict(
        RootFraction.objects.filter(specimen__in=specimens, voided_at=None)
        .values_list("specimen")
        .annotate(total=Sum("dry_mass_g"))
    )
    bench = _weighed_at_the_bench(specimens)
    taken = _taken(specimens)
    for record, code, _project in rows:
        weighed, parts = bench.get(record, {}), taken.get(record, [])
        dry_g = recorded.get(record)
        dry_g = weighed.get(DRY) if dry_g is None else dry_g
        if dry_g is None:  # a fresh bag is divided by splits; what is dried and milled is less
            parts = [(relation, mass_g) for relation, mass_g in parts if relation == SPLIT]
        yield SpecimenFacts(
            id=record,
            code=code,
            namesakes=namesakes.get(code, 1) - 1,
            mass_g=weighed.get(FRESH) if dry_g is None else dry_g,
            taken_g=[mass_g for _, mass_g in parts],
            rest_g=weighed.get(REST),
        )


def weighing_variables(project: UUID | None = None) -> dict[UUID, str]:
    """Return the variables that are masses of specimens, by id, of one project or of all."""
    found = Variable.objects.annotate(name=Lower("analyte")).filter(name__in=WEIGHED)
    if project is not None:
        found = found.filter(project=project)
    return {pk: WEIGHED[name] for pk, name in found.values_list("pk", "name")}


def _weighed_at_the_bench(specimens: Sequence[UUID]) -> Mapping[UUID, Mapping[str, float]]:
    """Return the masses in g that were determined on specimens, the mean of replicates."""
    kinds = weighing_variables()
    values: dict[UUID, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    rows = Determination.objects.live().filter(
        specimen__in=specimens, variable__in=kinds, purpose=RESULT, value__isnull=False
    )
    for specimen, variable, value, unit in rows.order_by("pk").values_list(
        "specimen", "variable", "value", "unit"
    ):
        grams = _grams(value or Decimal(0), unit)
        if grams is not None:
            values[specimen][kinds[variable]].append(grams)
    return {
        specimen: {kind: statistics.fmean(masses) for kind, masses in found.items()}
        for specimen, found in values.items()
    }


def _grams(value: Decimal, unit: str) -> float | None:
    try:
        return float(convert(value, from_unit=find_unit(unit) or unit, to_unit="g"))
    except RuleError:  # the bench is told of a wrong unit where it is entered
        return None


def _taken(specimens: Sequence[UUID]) -> Mapping[UUID, list[tuple[str, float]]]:
    taken: dict[UUID, list[tuple[str, float]]] = defaultdict(list)
    links = SpecimenLink.objects.filter(
        parent__in=specimens, voided_at=None, mass_taken_g__isnull=False
    )
    for parent, relation, mass_g in links.order_by("pk").values_list(
        "parent", "relation", "mass_taken_g"
    ):
        taken[parent].append((relation, mass_g or 0.0))
    return taken


def _namesakes(codes: set[str], projects: set[UUID]) -> dict[str, int]:
    """Return how many live specimens of the projects carry each code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, count(*) FROM sampling_specimen"
            " WHERE project_id = ANY(%s) AND code = ANY(%s) AND voided_at IS NULL GROUP BY code",
            [list(projects), list(codes)],
        )
        return dict(cursor.fetchall())
