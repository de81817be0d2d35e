"""Which share of the roots in the cores each species has, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from estimates.assembly.plants import kinship_of
from estimates.science.inputs import Measured, Stand
from estimates.science.results import Note
from estimates.science.species_shares import (
    OTHERS,
    SOWN_SD,
    RootSample,
    root_shares,
    unknown_share_sd,
)


def shared_roots(
    parts: Sequence[Stand], samples: Sequence[RootSample], *, stands: int
) -> tuple[list[Stand], list[Note]]:
    """Return the parts with their share of the roots and its error, and what was decided.

    Shares told of samples go before those of the stand. A species that was told and not grown is
    a part of its own, which lives as the first part does.
    """
    if not samples:
        return _as_grown(parts, stands)
    grown: dict[str, float] = {}
    for part in parts:
        grown[part.species] = grown.get(part.species, 0.0) + part.share
    told = [replace(one, species=_matched(one.species, grown)) for one in samples]
    names = {(one.species, one.share) for one in told}
    if len(grown) == 1 and len(names) == 1 and told[0].share is None:
        return list(parts), []  # one name for all roots of a pure stand is another name for it
    shares = root_shares(told, grown=grown)
    if set(shares) == set(grown) and len(shares) == 1:
        return list(parts), []
    notes = [Note(code="species_told", message=f"Roots by species, as told: {_listed(shares)}.")]
    found = []
    for part in parts:
        of_species = part.share / grown[part.species]
        share = shares[part.species]
        found.append(
            replace(part, share=share.value * of_species, share_sd=share.uncertainty * of_species)
        )
    for name in (name for name in shares if name not in grown):
        kinship, _ = kinship_of(name, growth=parts[0].growth)
        found.append(
            replace(
                parts[0],
                species=name,
                share=shares[name].value,
                share_sd=shares[name].uncertainty,
                plant_group=kinship.plant_group,
            )
        )
        if name != OTHERS:
            text = f"Roots of {name!r} were told, which is not recorded as grown: they count."
            notes.append(Note(code="species_not_grown", message=text))
    return sorted(found, key=lambda part: (part.species, repr(part))), notes


def _as_grown(parts: Sequence[Stand], stands: int) -> tuple[list[Stand], list[Note]]:
    """Return parts with the error of shares that nobody told of the roots."""
    if len({part.species for part in parts}) < 2:
        return list(parts), []
    spread = unknown_share_sd(stands) if stands > 1 else SOWN_SD
    text = f"No species were told of the roots: their shares carry an error of {spread:.0%}."
    note = Note(code="root_shares_as_grown", message=text)
    return [replace(part, share_sd=spread) for part in parts], [note]


def _matched(species: str, grown: Mapping[str, float]) -> str:
    """Return the name the stand has for a species: the same, or one that holds the other."""
    word = species.casefold().strip()
    for name in grown:
        if name.casefold().strip() == word:
            return name
    for name in grown:
        other = name.casefold()
        if word in other or other in word:
            return name
    return species


def _listed(shares: Mapping[str, Measured]) -> str:
    return ", ".join(
        f"{name} {one.value:.0%} +- {one.uncertainty:.0%}" for name, one in shares.items()
    )
