"""Values of the bench held against what roots are like, before anybody approves them.

Doubts become findings of the project, beside those about cores and specimens: they ask a person,
and change nothing. A campaign is looked at again when any determination of its project moved.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import Sum

from estimates.assembly.laboratory import ASH, CARBON
from estimates.assembly.plants import kinship_of
from estimates.assembly.stands import GROWTH_OF_KIND, grown_stands
from estimates.assembly.units import MASS_SHARE, converted
from estimates.science.stoichiometry.sample_doubts import (
    Quantity,
    SampleDoubt,
    SampleValue,
    crop_named,
    sample_doubts,
)
from sampling.actions.findings import VALUE_RULES, store_doubts
from sampling.models import (
    Campaign,
    CropStand,
    Determination,
    ReviewedScope,
    RootFraction,
    SpecimenLink,
)
from sampling.rules.findings import Doubt, Severity

NITROGEN = frozenset({"nitrogen", "n", "total_nitrogen", "total nitrogen", "total n"})
PHOSPHORUS = frozenset({"phosphorus", "p", "total_phosphorus", "total phosphorus", "total p"})
LIGNIN = frozenset({"lignin"})
GIVEN_RATIO = frozenset({"c:n", "c/n", "cn", "c_n_ratio", "cn_ratio", "carbon_nitrogen_ratio"})
QUANTITIES: Mapping[Quantity, frozenset[str]] = {
    "C": CARBON,
    "N": NITROGEN,
    "P": PHOSPHORUS,
    "lignin": LIGNIN,
    "ash": ASH,
    "C_N_given": GIVEN_RATIO,
}
G_PER_KG = 1000.0
SEVERITIES: Mapping[str, Severity] = {"warn": "note", "confirm": "warning"}
RESULT = "result"
PLACE = "values:"


def review_values() -> int:
    """Look at the determinations of every campaign whose bench moved; return how many values.

    Safe to repeat and to run twice at once.
    """
    heads = dict(
        Determination.objects.values_list("project").annotate(total=Sum("version")).order_by()
    )
    places = ReviewedScope.objects.filter(scope__startswith=PLACE)
    done = dict(places.values_list("scope", "seq"))
    return sum(
        _review_once(campaign, heads[campaign.project_id])
        for campaign in Campaign.objects.filter(project__in=heads).order_by("pk")
        if done.get(f"{PLACE}{campaign.pk}", 0) < heads[campaign.project_id]
    )


def _review_once(campaign: Campaign, head: int) -> int:
    key = f"{PLACE}{campaign.pk}"
    ReviewedScope.objects.get_or_create(scope=key)
    with transaction.atomic():
        place = ReviewedScope.objects.select_for_update().get(scope=key)
        if place.seq >= head:
            return 0
        number = review_campaign(campaign)
        place.seq = head
        place.save(update_fields=["seq"])
    return number


def review_campaign(campaign: Campaign) -> int:
    """Make the findings about a campaign's values agree with what they are now."""
    bags = _bags_of(campaign)
    live = list(
        Determination.objects.live()
        .filter(specimen__in=bags, purpose=RESULT, value__isnull=False, censoring="none")
        .select_related("variable")
        .order_by("replicate_no", "pk")
    )
    by_bag: dict[uuid.UUID, list[Determination]] = defaultdict(list)
    for item in live:
        by_bag[bags[item.specimen_id]].append(item)
    plants = _plants_of(campaign, set(by_bag))
    doubts: list[Doubt] = []
    for bag, items in by_bag.items():
        group, crop = plants.get(bag, (None, None))
        specimen_of = {str(item.pk): item.specimen_id for item in items}
        found = sample_doubts(_values(items), group=group, crop=crop)
        doubts += (_doubt(each, specimen_of[each.key]) for each in found)
    store_doubts(
        doubts,
        about=list(bags),
        scope=campaign.capture_scope,
        project=campaign.project_id,
        family=VALUE_RULES,
    )
    return len(live)


def _values(items: Iterable[Determination]) -> dict[Quantity, list[SampleValue]]:
    values: dict[Quantity, list[SampleValue]] = defaultdict(list)
    for item in items:
        analyte = item.variable.analyte.strip().casefold()
        for quantity, analytes in QUANTITIES.items():
            value = _number(item, quantity) if analyte in analytes else None
            if value is not None:
                values[quantity].append(
                    SampleValue(key=str(item.pk), value=value, replicate=item.replicate_no)
                )
    return values


def _number(item: Determination, quantity: Quantity) -> float | None:
    """Return the value in g per kg, or of a ratio as it is; None for a unit nobody knows."""
    value = float(item.value or 0)
    if quantity == "C_N_given":
        return value if value > 0 else None
    share = converted(value, item.unit, MASS_SHARE)
    return None if share is None else share * G_PER_KG


def _doubt(each: SampleDoubt, specimen: uuid.UUID) -> Doubt:
    return Doubt(
        rule=f"{VALUE_RULES}{each.finding.code.replace('_', '-')}",
        severity=SEVERITIES[each.finding.level],
        record_type="specimen",
        record=specimen,
        message=each.finding.message,
        key=each.key,
    )


def _bags_of(campaign: Campaign) -> dict[uuid.UUID, uuid.UUID]:
    """Return for each specimen of roots, and whatever was made from it, the bag it came from."""
    fractions = RootFraction.objects.filter(scope=campaign.capture_scope, voided_at=None)
    found = {bag: bag for bag in fractions.values_list("specimen", flat=True) if bag is not None}
    links = SpecimenLink.objects.filter(scope=campaign.capture_scope, voided_at=None)
    children: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for parent, child in links.order_by("pk").values_list("parent", "child"):
        children[parent].append(child)
    frontier = sorted(found, key=str)
    while frontier:
        made = [(child, found[parent]) for parent in frontier for child in children[parent]]
        new = {child: bag for child, bag in made if child not in found}
        found |= new
        frontier = list(new)
    return found


def _plants_of(
    campaign: Campaign, bags: set[uuid.UUID]
) -> dict[uuid.UUID, tuple[str | None, str | None]]:
    """Return plant group and crop of each bag, where one species grew that is known."""
    rows = list(
        RootFraction.objects.filter(specimen__in=bags, voided_at=None).select_related(
            "core_segment__soil_core__sampling_point"
        )
    )
    plots = {row.core_segment.soil_core.sampling_point.plot_id for row in rows}
    stands: dict[uuid.UUID, list[CropStand]] = defaultdict(list)
    for stand in CropStand.objects.filter(plot__in=plots, voided_at=None).order_by("pk"):
        stands[stand.plot_id].append(stand)
    found = {}
    for row in rows:
        core = row.core_segment.soil_core
        grown = grown_stands(stands[core.sampling_point.plot_id], core.collected_on)
        kinds = set(_kinds_of(grown))
        found[row.specimen_id] = kinds.pop() if len(kinds) == 1 else (None, None)
    return {bag: plant for bag, plant in found.items() if bag is not None}


def _kinds_of(stands: Iterable[CropStand]) -> Iterator[tuple[str | None, str | None]]:
    for stand in stands:
        kinship, is_known = kinship_of(stand.species, growth=GROWTH_OF_KIND[stand.kind])
        is_pure = len(stand.species_shares) < 2
        yield (
            (kinship.plant_group, crop_named(stand.species))
            if is_known and is_pure
            else (
                None,
                None,
            )
        )
