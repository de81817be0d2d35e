"""What the weighings along the way of a bag say: its mass, and which share of the core it is.

The field's fresh bag is split, one part is washed, dried, split again and milled. Masses are those
taken at each link and what the bench determined on each specimen: `fresh_mass`, `dry_mass`,
`rest_mass` (what was weighed back) and `ground_mass`. What does not close is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from estimates.assembly.laboratory import Bench, Found
from estimates.assembly.lineage import Lineage, lineage_of
from estimates.science.errors import NotEnoughData
from estimates.science.mass_chain import (
    CLOSES_WITHIN,
    ChainShare,
    Division,
    chain_share,
    closure,
    drying_doubt,
    milling_doubt,
    two_weighings,
)
from sampling.models import RootFraction, Specimen, SpecimenLink

FRESH = frozenset({"fresh_mass", "fresh mass"})
DRY = frozenset({"dry_mass", "dry mass"})
REST = frozenset({"rest_mass", "rest mass"})
GROUND = frozenset({"ground_mass", "ground mass"})


@dataclass(kw_only=True)
class Weighed:
    """The dry mass of a fraction and the share of the core it stands for, with their errors."""

    mass_g: float | None
    mass_sd_g: float = 0.0
    processed_share: float = 1.0
    processed_share_sd: float = 0.0
    lineage: set[Lineage] = field(default_factory=set)
    doubts: list[tuple[str, str]] = field(default_factory=list)


def weighed(fraction: RootFraction, bench: Bench) -> Weighed:
    """Return what was weighed of a fraction; doubts are pairs of a code and a sentence."""
    found = Weighed(mass_g=fraction.dry_mass_g, processed_share=fraction.processed_share or 1.0)
    bag = bench.material.specimens.get(fraction.specimen_id) if fraction.specimen_id else None
    if bag is not None:
        _take_dry_mass(found, bag, bench, has_limit=fraction.dry_mass_limit_g is not None)
        _check_below(found, bag, bench)
        _take_share(found, fraction, bag, bench)
    return found


def _take_dry_mass(found: Weighed, bag: Specimen, bench: Bench, *, has_limit: bool) -> None:
    """Take the dry mass of the bench where none was recorded; two that differ become a range."""
    dry, fresh = (_mass(found, bag, bench, analytes) for analytes in (DRY, FRESH))
    if dry is not None and found.mass_g is None and not has_limit:
        found.mass_g = dry
    elif dry is not None and found.mass_g is not None:
        recorded = found.mass_g
        found.mass_g, found.mass_sd_g, agree = two_weighings(recorded, dry)
        if not agree:
            text = f"{bag.code} weighed {recorded:g} g as recorded and {dry:g} g at the bench"
            found.doubts.append(("dry_masses_differ", f"{text}: the range between counts"))
    if fresh and found.mass_g:
        doubt = drying_doubt(bag.code, fresh_g=fresh, dry_g=found.mass_g)
        if doubt:
            found.doubts.append(("dry_beside_fresh", doubt))


def _check_below(found: Weighed, bag: Specimen, bench: Bench) -> None:
    """Compare what was taken from the bag, and what was milled, with what was there."""
    links = _weighed_links(bench.material.links_down.get(bag.pk, ()))
    found.lineage |= {lineage_of(link) for link in links}
    if found.mass_g and links:
        rest = _mass(found, bag, bench, REST)
        parts = [link.mass_taken_g or 0.0 for link in links]
        closed = closure(bag.code, whole_g=found.mass_g, parts_g=parts, rest_g=rest)
        if closed.doubt:
            found.doubts.append(("mass_not_closed", closed.doubt))
            of_closure = abs(closed.imbalance) * found.mass_g / 3**0.5
            found.mass_sd_g = max(found.mass_sd_g, of_closure)
    for link in links:
        child = bench.material.specimens.get(link.child_id)
        ground = None if child is None else _mass(found, child, bench, GROUND)
        if child is not None and ground is not None and link.mass_taken_g:
            doubt = milling_doubt(child.code, taken_g=link.mass_taken_g, ground_g=ground)
            if doubt:
                found.doubts.append(("milling_not_closed", doubt))


def _take_share(found: Weighed, fraction: RootFraction, bag: Specimen, bench: Bench) -> None:
    """Take the share of the core from the divisions above the bag where none was recorded."""
    divisions = _divisions(found, bag, bench)
    if not divisions:
        return
    try:
        chain = chain_share(divisions)
    except NotEnoughData as error:
        found.doubts.append(("share_not_weighed", str(error).rstrip(".")))
        return
    found.doubts += [("mass_not_closed", doubt) for doubt in chain.doubts]
    if fraction.processed_share is None:
        found.processed_share, found.processed_share_sd = chain.share, chain.sd
        text = f"{bag.code} is {chain.share:.0%} of its core by the masses of its divisions"
        found.doubts.append(("share_by_mass", text))
    else:
        _compare(found, fraction.processed_share, chain, bag)


def _compare(found: Weighed, recorded: float, chain: ChainShare, bag: Specimen) -> None:
    apart = abs(recorded - chain.share)
    if apart > CLOSES_WITHIN:
        text = f"{bag.code} is {recorded:.0%} of its core as recorded, {chain.share:.0%} by mass"
        found.doubts.append(("shares_differ", text))
        found.processed_share_sd = apart / 3**0.5


def _divisions(found: Weighed, bag: Specimen, bench: Bench) -> list[Division]:
    """Return the splits from the field to the bag, the last first; none where it is a pool."""
    divisions = []
    for link in bench.material.splits_above(bag.pk):
        parent = bench.material.specimens.get(link.parent_id)
        if parent is None:
            break
        parts = [
            item
            for item in _weighed_links(bench.material.links_down.get(parent.pk, ()))
            if item.relation == "split"
        ]
        found.lineage |= {lineage_of(parent), lineage_of(link)}
        found.lineage |= {lineage_of(item) for item in parts}
        division = Division(
            code=parent.code,
            part_g=link.mass_taken_g or 0.0,
            parts_g=[item.mass_taken_g or 0.0 for item in parts],
            whole_g=_mass(found, parent, bench, FRESH),
            rest_g=_mass(found, parent, bench, REST),
        )
        divisions.append(division)
    return divisions


def _weighed_links(links: Sequence[SpecimenLink]) -> list[SpecimenLink]:
    return [link for link in links if link.mass_taken_g is not None]


def _mass(
    found: Weighed, specimen: Specimen, bench: Bench, analytes: frozenset[str]
) -> float | None:
    mass: Found = bench.mass(specimen.pk, analytes)
    found.lineage |= set(mass.lineage)
    return mass.value or None
