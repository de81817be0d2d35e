"""From the words people write for a crop to the rows of the tables that may stand for it.

Tables of harvests name crops in many ways ("barley, spring", "Winter wheat", "Zea mays"). What
counts are the words, not their order. A crop a table lacks is taken from its nearest relative,
never in silence: `crop_rows` says which row is the crop itself and which is a relative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

GENERIC = "generic"
"""The row for a crop of which nothing more is known, in tables that have one."""

COVER = "cover_"
"""Rows of cover crops start with this: the same species is another plant when cut young."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "winter_wheat": ("winter wheat",),
    "spring_wheat": ("spring wheat",),
    "durum_wheat": ("durum", "triticum durum"),
    "wheat": ("wheat", "triticum"),
    "winter_barley": ("winter barley",),
    "spring_barley": ("spring barley",),
    "undersown_barley": ("undersown barley",),
    "barley": ("barley", "hordeum"),
    "oat": ("oat", "oats", "avena"),
    "rye": ("rye", "secale"),
    "triticale": ("triticale", "triticosecale"),
    "small_grains": ("small grains", "cereal", "cereals", "spelt", "emmer", "mixed grains"),
    "silage_maize": ("silage maize", "silage corn", "corn silage", "forage maize"),
    "grain_maize": ("grain maize", "maize", "corn", "zea"),
    "sorghum": ("sorghum",),
    "rice": ("rice", "oryza"),
    "buckwheat": ("buckwheat", "fagopyrum"),
    "rapeseed": ("rapeseed", "rape", "canola", "oilseed rape", "brassica napus"),
    "mustard": ("mustard", "sinapis"),
    "sunflower": ("sunflower", "helianthus"),
    "flax": ("flax", "linseed", "linum"),
    "soybean": ("soybean", "soybeans", "soya", "soy", "glycine"),
    "faba_bean": ("faba bean", "faba beans", "fababean", "field bean", "vicia faba"),
    "pea": ("pea", "peas", "pisum"),
    "lentil": ("lentil", "lentils", "lens"),
    "chickpea": ("chickpea", "chickpeas", "cicer"),
    "lupin": ("lupin", "lupins", "lupine", "lupinus"),
    "bean": ("bean", "beans", "phaseolus"),
    "potato": ("potato", "potatoes", "potatos", "solanum"),
    "fodder_beet": ("fodder beet",),
    "sugar_beet": ("sugar beet", "sugar beets", "beet", "beta vulgaris"),
    "lucerne": ("lucerne", "alfalfa", "medicago"),
    "ley": ("ley", "grass clover", "grass legume", "temporary grassland"),
    "clover": ("clover", "trifolium"),
    "ryegrass": ("ryegrass", "lolium"),
    "rangeland": ("rangeland", "prairie"),
    "grass": ("grass", "grasses", "meadow", "pasture", "grassland"),
    "perennial_forage": ("perennial forage", "perennial forages", "forage"),
    "phacelia": ("phacelia",),
    "vetch": ("vetch", "vicia"),
    "radish": ("radish", "raphanus"),
    "mixture": ("mixture", "mix"),
    "cover_crop": ("cover crop", "catch crop", "green manure"),
}
"""What each crop is called; a name matches when all its words are there, longer names first."""

RELATIVES: Mapping[str, tuple[str, ...]] = {
    "winter_wheat": ("wheat", "spring_wheat", "small_grains", GENERIC),
    "spring_wheat": ("wheat", "winter_wheat", "small_grains", GENERIC),
    "durum_wheat": ("wheat", "winter_wheat", "spring_wheat", "small_grains", GENERIC),
    "wheat": ("winter_wheat", "spring_wheat", "small_grains", GENERIC),
    "winter_barley": ("barley", "spring_barley", "small_grains", GENERIC),
    "spring_barley": ("barley", "winter_barley", "small_grains", GENERIC),
    "barley": ("spring_barley", "winter_barley", "small_grains", GENERIC),
    "undersown_barley": ("barley", "spring_barley", "small_grains", GENERIC),
    "oat": ("small_grains", GENERIC),
    "rye": ("small_grains", GENERIC),
    "triticale": ("small_grains", "winter_wheat", "wheat", GENERIC),
    "small_grains": ("winter_wheat", "wheat", GENERIC),
    "grain_maize": (GENERIC,),
    "silage_maize": (),
    "sorghum": (GENERIC,),
    "rice": (GENERIC,),
    "buckwheat": (GENERIC,),
    "rapeseed": (GENERIC,),
    "mustard": ("rapeseed", GENERIC),
    "sunflower": (GENERIC,),
    "flax": (GENERIC,),
    "soybean": ("bean", GENERIC),
    "faba_bean": ("bean", GENERIC),
    "pea": ("bean", GENERIC),
    "lentil": ("bean", GENERIC),
    "chickpea": ("bean", GENERIC),
    "lupin": ("faba_bean", "bean", GENERIC),
    "bean": ("faba_bean", GENERIC),
    "fodder_beet": ("sugar_beet",),
    "lucerne": ("clover",),
    "clover": ("lucerne",),
    "ley": ("mixture",),
    "ryegrass": ("grass",),
    "rangeland": ("grass",),
    "grass": ("ryegrass", "rangeland"),
    "perennial_forage": ("grass",),
}
"""Whose row may stand in, nearest first. Root crops and forages have no relative but their own."""


def crop_of(words: str) -> str | None:
    """Return the crop these words name, or None."""
    tokens = set(re.findall(r"[a-z]+", words.casefold()))
    matches = [
        (len(name.split()), -rank, crop)
        for rank, (crop, names) in enumerate(NAMES.items())
        for name in names
        if tokens.issuperset(name.split())
    ]
    return max(matches)[2] if matches else None


def row_name(words: str) -> str:
    """Return the words as the name of a row: lower case, joined by underscores."""
    return "_".join(re.findall(r"[a-z0-9]+", words.casefold()))


def crop_rows(words: str, *, is_cover: bool = False) -> tuple[str, ...]:
    """Return the names of the rows that may stand for a crop: itself first, then relatives.

    A table may have a row under the very words. Cover crops have rows of their own, and that of
    a mixture stands in for one without.
    """
    exact = row_name(words)
    crop = crop_of(words)
    own = () if crop is None else (crop, *RELATIVES.get(crop, ()))
    if is_cover:
        rows = [COVER + name for name in (exact, *own[:1], "mixture")]
        return tuple(dict.fromkeys([*rows, "cover_crop"]))
    return tuple(dict.fromkeys((exact, *own)))


def is_itself(row: str, words: str) -> bool:
    """Return whether the row is that of the crop, or of its species sown at any time."""
    crop = crop_of(words) or ""
    species = crop.removeprefix("winter_").removeprefix("spring_").removeprefix("durum_")
    return row.removeprefix(COVER) in (row_name(words), crop, species)
