"""What the words for a plant say: its group, its depth model, the turnover of a tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from estimates.science.turnover import Growth


class Kinship(NamedTuple):
    """What the words for a plant say: its group and the depth model that fits it."""

    plant_group: str
    depth_group: str


PLANTS: Mapping[str, Kinship] = {
    "wheat|barley|rye|oat|oats|triticale|cereal|cereals|triticum|hordeum|secale|avena": Kinship(
        "Poaceae", "wheat"
    ),
    "maize|corn|sorghum|zea": Kinship("Poaceae", "maize"),
    "rape|canola|mustard|radish|brassica|raphanus|sinapis": Kinship("Brassicaceae", "rape"),
    "lucerne|alfalfa|medicago": Kinship("Fabaceae", "lucerne"),
    "clover|trifolium|pea|peas|pisum|bean|beans|vicia|vetch|soy|soya|soybean|soybeans|glycine"
    "|lupin|lupins|lentil|lentils": Kinship("Fabaceae", "crop"),
    "sunflower|helianthus": Kinship("Asteraceae", "crop"),
    "phacelia|buckwheat|beet|potato|linseed|flax": Kinship("forbs", "crop"),
    "prairie|meadow|pasture|grasslandherbaceous|grassland": Kinship("Poaceae", "grassland"),
    "grass|grasses|miscanthus|switchgrass|panicum|lolium|ryegrass|fescue|ley|dactylis": Kinship(
        "Poaceae", "grass"
    ),
}
OTHERWISE = Kinship("Poaceae", "crop")
TREE = Kinship("woody", "shrubs")
TURNOVER_OF_TREE: Mapping[str, str] = {
    "oak|quercus": "Quercus",
    "poplar|populus|willow|salix": "Populus",
}
ANY_TREE = "Populus"


def kinship_of(words: str, *, growth: Growth) -> tuple[Kinship, bool]:
    """Return the kinship of the first plant the words name, and whether they name one.

    Words for a crop may name the trees beside it; those do not count.
    """
    if growth == "tree":
        return TREE, True
    found: list[tuple[int, Kinship]] = []
    for pattern, kinship in PLANTS.items():
        match = re.search(rf"(?<![a-z])(?:{pattern})(?![a-z])", words.casefold())
        if match:
            found.append((match.start(), kinship))
    return (min(found, key=lambda pair: pair[0])[1], True) if found else (OTHERWISE, False)
