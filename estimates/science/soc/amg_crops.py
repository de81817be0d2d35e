"""Crop and amendment parameters of AMG v2: 139 crops by kind, 29 amendments.

INRAE, AMG v2 parameter set, doi:10.57745/MEQQIX; amendments after Levavasseur et al. 2022,
doi:10.1111/sum.12856. A line of a crop is its harvest index, shoot:root ratio, beta of depth, the
share of straw left when it is exported, and h of shoots; of an amendment its C in kg per t fresh
mass and h. Figures stand as published, so "Winter wheat" as a cover crop has h 0.071, which is
that row's own extra-root share: a value shifted by a column. `doubts_about` says so. The licence is
to be confirmed before a release: docs/decisions/0010.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from estimates.science.errors import UnknownParameter

ROOT_HUMIFICATION = 0.40
SHOOT_CARBON = 0.44  # kg C per kg dry matter
ROOT_CARBON = 0.40
LEAST_HUMIFICATION = 0.1


class CropKind(StrEnum):
    """Main crop, cover crop, harvested cover crop: as the table calls them."""

    MAIN = "MC"
    COVER = "CC"
    COVER_HARVESTED = "CCH"


@dataclass(frozen=True, kw_only=True)
class AmgCrop:
    """What AMG knows of a crop: its harvest index is 0 when nothing is harvested."""

    name: str
    kind: CropKind
    harvest_index: float
    shoot_root: float
    beta: float
    straw_left_share: float
    shoot_humification: float
    root_humification: float = ROOT_HUMIFICATION
    shoot_carbon: float = SHOOT_CARBON
    root_carbon: float = ROOT_CARBON


@dataclass(frozen=True, kw_only=True)
class AmgAmendment:
    """An organic amendment: C in kg per t of fresh mass, and the share humified."""

    name: str
    carbon_kg_t: float
    humification: float


def crop_named(kind: str, name: str) -> AmgCrop:
    """Return a crop; raises UnknownParameter with the names that begin alike."""
    found = CROPS.get((kind, name))
    if found is None:
        near = [
            f"{other} ({word})"
            for word, other in CROPS
            if other[:4].lower() == name[:4].lower() or (word == kind and name.lower() in other)
        ]
        hint = f"Did you mean {', '.join(near[:5])}?" if near else "See the AMG v2 crop table."
        raise UnknownParameter(f"AMG v2 has no crop {name!r} of kind {kind!r}. {hint}")
    return found


def amendment_named(name: str) -> AmgAmendment:
    """Return an amendment; raises UnknownParameter with the names that begin alike."""
    if name not in AMENDMENTS:
        near = [other for other in AMENDMENTS if other[:4].lower() == name[:4].lower()]
        hint = f"Did you mean {', '.join(near[:5])}?" if near else f"It has {len(AMENDMENTS)}."
        raise UnknownParameter(f"AMG v2 has no amendment {name!r}. {hint}")
    return AMENDMENTS[name]


def doubts_about(crop: AmgCrop) -> str:
    """Return what looks wrong with the published figures of a crop, "" for nothing."""
    if crop.shoot_humification < LEAST_HUMIFICATION:
        return (
            f"{crop.name} ({crop.kind.value}) humifies {crop.shoot_humification} of its shoots in "
            "the published table, below any other crop: a value shifted by a column, kept as is."
        )
    return ""


MAIN_CROPS = """
Alfalfa: 0.9 1.937 0.966 1 0.276
Bare soil: 0.5 1 1 1 1
Belgian endive: 0.833 31.35 0.926 1 0.315
Broccoli: 0.5 9.35 0.926 1 0.344
Brown mustard: 0.186 4.95 0.929 0.2 0.227
Brussels sprout: 0.5 9.35 0.926 1 0.344
Buckwheat: 0.408 7.517 0.948 0.5 0.233
Cabbage: 0.833 9.35 0.926 1 0.344
Camelina: 0.242 2.475 0.929 0.2 0.227
Cauliflower: 0.833 9.35 0.926 1 0.344
Chickpea: 0.51 2.692 0.961 0.4 0.276
Chicory: 0.778 31.35 0.926 1 0.315
Collard greens: 0.833 9.35 0.926 1 0.344
Durum wheat: 0.441 7.517 0.96 0.5 0.217
English ryegrass: 0.833 2.475 0.946 1 0.217
Faba bean: 0.531 4.04 0.955 0.4 0.276
Fiber flax: 0.9 9.35 0.929 1 0.27
Fiber hemp: 0.761 5.524 0.983 1 0.216
Field Pea: 0.571 7.517 0.963 0.4 0.276
Flageolet bean: 0.412 9.35 0.954 0.1 0.34
Fodder beet: 0.778 31.35 0.926 0.09 0.315
Garden carrot: 0.875 31.35 0.926 1 0.371
Grain maize: 0.49 6.207 0.952 0.5 0.233
Grass-Legume mixture: 0.9 7.517 0.948 1 0.276
Green bean: 0.242 9.35 0.955 1 0.34
Green peas: 0.231 9.35 0.955 1 0.34
Hemp: 0.074 5.524 0.983 0.26 0.216
Industrial carrot: 0.833 31.35 0.926 1 0.371
Italian ryegrass: 0.833 1.65 0.946 1 0.217
Lentil: 0.325 7.517 0.939 0.2 0.276
Lettuce: 0.667 9.35 0.75 1 0.344
Lupine: 0.427 6.207 0.955 0.61 0.276
Meslin: 0.9 4.95 0.75 1 0.31
Mustard (whole-plant): 0.875 8.056 0.929 1 0.227
Oilseed flax: 0.359 9.35 0.929 0.2 0.27
Onion: 0.889 163.35 0.926 1 0.344
Potatoes: 0.846 31.35 0.926 1 0.238
Potatoes for starch: 0.846 31.35 0.926 1 0.238
Rye: 0.49 7.517 0.951 0.5 0.217
Silage maize: 0.963 4.04 0.952 1 0.233
Sorghum: 0.419 4.04 0.952 0.3 0.233
Soybean: 0.32 7.517 0.939 0.4 0.276
Spinach: 0.545 9.35 0.75 1 0.344
Spring barley: 0.531 7.517 0.941 0.5 0.233
Spring oat: 0.5 7.517 0.939 0.5 0.233
Spring rapeseed: 0.194 4.95 0.919 0.2 0.231
Spring wheat: 0.51 7.517 0.96 0.5 0.217
Sugar beet: 0.778 31.35 0.926 0.09 0.315
Sunflower: 0.329 7.517 0.929 0.2 0.251
Triticale: 0.441 7.517 0.951 0.5 0.217
Winter barley: 0.51 7.517 0.941 0.5 0.222
Winter oat: 0.5 7.517 0.939 0.5 0.233
Winter rapeseed: 0.248 4.95 0.919 0.415 0.231
Winter rapeseed intercropped: 0.237 4.95 0.919 0.415 0.231
Winter wheat: 0.479 7.517 0.96 0.5 0.217
Winter wheat (whole-plant): 0.917 3.673 0.96 1 0.31
"""

COVER_CROPS = """
Alexandria clover: 0 14.85 0.75 1 0.35
Alfalfa: 0 3.064 0.75 1 0.335
Asteraceae: 0 8.663 0.75 1 0.364
Brown mustard: 0 4.04 0.75 1 0.341
Buckwheat: 0 53.35 0.75 1 0.329
C4 grasses: 0 9.35 0.75 1 0.336
Caryophyllaceae: 0 9.35 0.75 1 0.313
Cereal regrowth: 0 1.585 0.75 1 0.395
Common rye: 0 0.776 0.75 1 0.416
Corn cockle: 0 9.35 0.75 1 0.313
Cruciferous: 0 4.461 0.75 1 0.383
Daikon: 0 0.969 0.75 1 0.397
Ethiopian mustard: 0 9.35 0.75 1 0.373
Faba bean: 0 11.042 0.75 1 0.384
Forage radish: 0 9.35 0.75 1 0.397
Forage sorghum: 0 16.683 0.75 1 0.336
Forestry rye: 0 2.692 0.75 1 0.413
Foxtail millet: 0 10.136 0.75 1 0.353
Grasses: 0 4.243 0.75 1 0.39
Hairy vetch: 0 21.921 0.75 1 0.409
Hybrid clover: 0 2.017 0.75 1 0.373
Hybrid ryegrass: 0 10.136 0.75 1 0.384
Hydrophyllaceae: 0 16.683 0.75 1 0.423
Incarnate clover: 0 16.683 0.75 1 0.395
Italian ryegrass: 0 2.1 0.75 1 0.39
Legumes: 0 8.663 0.75 1 0.379
Lupine: 0 11.042 0.75 1 0.35
Mallow: 0 3.35 0.75 1 0.302
Malvaceae: 0 3.35 0.75 1 0.302
Melilot: 0 0.776 0.75 1 0.417
Mixture: 0 3.064 0.75 1 0.361
Mustard: 0 5.524 0.75 1 0.357
Nyger: 0 7.517 0.75 1 0.383
Oat: 0 5.524 0.75 1 0.369
Oat-Turnip rape mixture: 0 2.187 0.75 1 0.37
Pea protein: 0 16.683 0.75 1 0.403
Persian clover: 0 7.034 0.75 1 0.373
Phacelia: 0 16.683 0.75 1 0.423
Polygonaceae: 0 53.35 0.75 1 0.329
Purple clover: 0 2.933 0.75 1 0.373
Purple vetch: 0 80.85 0.75 1 0.382
Radish: 0 9.35 0.75 1 0.397
Rapeseed: 0 4.95 0.75 1 0.391
Rocket: 0 18.975 0.75 1 0.435
Rough oat: 0 18.975 0.75 1 0.392
Rye: 0 4.696 0.75 1 0.42
Rye-Vetch mixture: 0 4.461 0.75 1 0.352
Sainfoin: 0 5.225 0.75 1 0.384
Sorghum: 0 6.207 0.75 1 0.336
Soybean: 0 18.975 0.75 1 0.38
Spring oat: 0 10.136 0.75 1 0.369
Spring pea: 0 25.85 0.75 1 0.41
Sunflower: 0 10.136 0.75 1 0.346
Turnip: 0 1.585 0.75 1 0.397
Turnip rape: 0 4.243 0.75 1 0.37
Vetch: 0 25.85 0.75 1 0.355
White mustard: 0 12.1 0.75 1 0.356
Winter wheat: 0 6.839 0.75 1 0.071
"""

HARVESTED_COVER_CROPS = """
Barley (grains): 0.51 5.524 0.75 0.5 0.222
Barley (whole-plant): 0.917 3.673 0.75 1 0.393
Buckwheat (grains): 0.408 9.35 0.75 0.5 0.233
Camelina (grains): 0.242 3.85 0.75 0.2 0.227
Clover (whole-plant): 0.9 4.696 0.75 1 0.35
Faba bean (whole-plant): 0.9 12.1 0.75 1 0.376
Grain maize: 0.49 6.6 0.75 0.5 0.233
Green bean: 0.242 14.85 0.75 1 0.34
Green peas (grains): 0.231 14.85 0.75 1 0.34
Italian ryegrass (whole-plant): 0.9 2.475 0.75 1 0.384
Meslin (whole-plant): 0.9 4.95 0.75 1 0.31
Mixture (whole-plant): 0.9 5.524 0.75 1 0.31
Mustard (whole-plant): 0.9 8.056 0.75 1 0.356
Oat (whole-plant): 0.917 5.225 0.75 1 0.393
Phacelia (whole-plant): 0.9 11.042 0.75 1 0.424
Potatoes: 0.846 31.35 0.75 1 0.238
Rapeseed (whole-plant): 0.9 3.35 0.75 1 0.392
Rye (whole-plant): 0.917 2.692 0.75 1 0.413
Silage maize: 0.9 6.6 0.75 1 0.233
Soybean (grains): 0.32 9.35 0.75 0.4 0.276
Spinach: 0.545 14.85 0.75 1 0.344
Sunflower (grains): 0.286 5.524 0.75 0.2 0.25
Triticale (whole-plant): 0.917 3.673 0.75 1 0.393
Turnip rape (whole-plant): 0.9 6.6 0.75 1 0.37
Vetch (whole-plant): 0.9 13.35 0.75 1 0.406
"""

AMENDMENT_LINES = """
Beet vinasse (concentrated): 175 0.3
Biowaste digestate: 18 0.65
Bovine manure: 83 0.64
Bovine slurry: 30 0.45
Chicken dropping (dried): 238 0.41
Chicken dropping (raw): 85 0.16
Compost of bovine manure: 105 0.71
Compost of pig manure: 146 0.63
Digestate of agricultural residues: 35 0.66
Digestate of cover crops (liquid): 16 0.53
Digestate of cover crops (raw): 21 0.48
Digestate of cover crops (solid): 113 0.56
Duck dropping: 50 0.16
Goat manure: 180 0.64
Green waste and biowaste compost: 147 0.77
Green waste and sewage sludge compost: 124 0.79
Green waste compost: 120 0.82
Horse manure: 176 0.49
Municipal solid waste compost: 111 0.53
Paper mill sludge (dewatered): 70 0.54
Pig manure: 146 0.61
Pig slurry: 17 0.55
Pig slurry (dried): 357 0.52
Poultry manure: 223 0.47
Sheep manure: 120 0.64
Solid phase of pig slurry: 126 0.63
Urban sludge (dewatered): 50 0.46
Urban sludge (dewatered and limed): 55 0.46
Urban sludge (raw): 9 0.46
"""


def _crop(kind: CropKind, line: str) -> AmgCrop:
    name, _, figures = line.partition(": ")
    index, shoot_root, beta, left, humified = (float(figure) for figure in figures.split())
    return AmgCrop(
        name=name,
        kind=kind,
        harvest_index=index,
        shoot_root=shoot_root,
        beta=beta,
        straw_left_share=left,
        shoot_humification=humified,
    )


def _amendment(line: str) -> AmgAmendment:
    name, _, figures = line.partition(": ")
    carbon, humified = (float(figure) for figure in figures.split())
    return AmgAmendment(name=name, carbon_kg_t=carbon, humification=humified)


CROPS = {
    (kind.value, crop.name): crop
    for kind, lines in (
        (CropKind.MAIN, MAIN_CROPS),
        (CropKind.COVER, COVER_CROPS),
        (CropKind.COVER_HARVESTED, HARVESTED_COVER_CROPS),
    )
    for crop in (_crop(kind, line) for line in lines.strip().splitlines())
}
AMENDMENTS = {
    amendment.name: amendment
    for amendment in (_amendment(line) for line in AMENDMENT_LINES.strip().splitlines())
}
