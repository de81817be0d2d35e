"""What a tablet captures: points, cores, segments, specimens, root fractions, measurements."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterator

from rootfield.demo.records import CaptureRecord, Wire, fitted, note_of, record_id
from rootfield.demo.rows import CoreRow, LayerRow, PlotRow, RootSampleRow
from rootfield.demo.values import positive, read_amount, read_date, read_number

SQUARE_CM_PER_SQUARE_M = 10_000.0
VOLUME_TOLERANCE = 0.01
"""A soil volume this close to area times thickness adds nothing to the geometry."""

SIZE_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)")


def point_key(core_key: str) -> str:
    """Return the local key of the sampling point of a core."""
    return f"sampling_point:{core_key}"


def core_key(key: str) -> str:
    """Return the local key of a soil core."""
    return f"soil_core:{key}"


def segment_key(layer_key: str) -> str:
    """Return the local key of a core segment."""
    return f"core_segment:{layer_key}"


def specimen_key(key: str, kind: str) -> str:
    """Return the local key of the roots of a root sample, or of the soil of a layer."""
    return f"specimen:{kind}:{key}"


def fraction_key(sample_key: str) -> str:
    """Return the local key of a root fraction."""
    return f"root_fraction:{sample_key}"


def sampling_point(core: CoreRow, *, plot: PlotRow, plot_id: str) -> CaptureRecord:
    """Return the spot of one core; a distance that is no number leaves the position unknown."""
    distance = read_number(core.distance_to_tree_m)
    fields: dict[str, Wire] = {
        "plot": plot_id,
        "code": fitted(_short_code(core.key, plot.key), 120),
        "position": "unknown" if distance is None else "tree_distance",
        "distance_to_tree_m": distance,
        "note": note_of(core, taken={"distance_to_tree_m": distance}),
    }
    return CaptureRecord(type="sampling_point", key=point_key(core.key), fields=fields)


def soil_core(core: CoreRow, *, plot: PlotRow) -> CaptureRecord:
    """Return one soil core, with a date no more exact than the row gives."""
    date = read_date(core.sampled_on, precision=core.date_precision, year=plot.year)
    remarks = [core.core_note]
    if core.days_after_planting.strip():
        remarks.append(f"{core.days_after_planting.strip()} days after planting")
    if not date.is_certain:
        remarks.append(f"date as typed: {core.sampled_on!r}")
    diameter, composited = positive(core.core_diameter_cm), _count(core.cores_composited)
    taken = {"core_diameter_cm": diameter, "cores_composited": composited}
    fields: dict[str, Wire] = {
        "code": fitted(core.key, 120),
        "collected_on": date.on.isoformat() if date.on else None,
        "date_precision": date.precision,
        "inner_diameter_cm": diameter,
        "cores_composited": composited,
        "corer": fitted(core.method.strip(), 120),
        "note": note_of(core, *remarks, taken=taken),
    }
    return CaptureRecord(
        type="soil_core",
        key=core_key(core.key),
        fields=fields,
        parents={"sampling_point": point_key(core.key)},
    )


def core_segment(layer: LayerRow, *, core: CoreRow, purpose: str) -> CaptureRecord:
    """Return one piece of a core; without a lower depth it goes down to refusal.

    recovered_length_cm is the length of all composited cores together: soil volume over the
    area of one core. sampled_area_cm2 is given where there is no diameter to make it from.
    """
    upper, lower = read_number(layer.depth_top_cm), read_number(layer.depth_bottom_cm)
    area = _area_cm2(layer)
    diameter = positive(core.core_diameter_cm)
    volume = positive(layer.soil_volume_cm3)
    length = round(volume / core_area_cm2(diameter), 2) if diameter and volume else None
    taken = {"depth_top_cm": upper, "depth_bottom_cm": lower, "sample_area_m2": area}
    fields: dict[str, Wire] = {
        "code": fitted(layer.key, 120),
        "upper_depth_cm": upper,
        "lower_depth_cm": lower,
        "is_to_refusal": lower is None,
        "recovered_length_cm": length,
        "sampled_area_cm2": None if diameter else area,
        "purpose": purpose,
        "note": note_of(layer, layer.depth_note, layer.layer_note, taken=taken),
    }
    return CaptureRecord(
        type="core_segment",
        key=segment_key(layer.key),
        fields=fields,
        parents={"soil_core": core_key(core.key)},
    )


def core_area_cm2(inner_diameter_cm: float) -> float:
    """Return the cross-section of one core in cm2."""
    return math.pi / 4 * inner_diameter_cm**2


def segment_measurements(
    layer: LayerRow, *, core: CoreRow, namespace: uuid.UUID
) -> Iterator[CaptureRecord]:
    """Yield what was observed on a segment, its soil volume only where geometry cannot hold it."""
    typed = {
        "bulk_density_g_cm3": layer.bulk_density_g_cm3,
        "soil_mass_g": layer.soil_mass_g,
    }
    if not _volume_follows_from_geometry(layer, core):
        typed["soil_volume_cm3"] = layer.soil_volume_cm3
    for variable, text in typed.items():
        if text.strip():
            parents = {"core_segment": segment_key(layer.key)}
            yield _measurement(variable, text, parents=parents, namespace=namespace)


def soil_specimen(layer: LayerRow) -> CaptureRecord:
    """Return the soil of a segment that went to the laboratory."""
    return CaptureRecord(
        type="specimen",
        key=specimen_key(layer.key, "soil"),
        fields={"kind": "soil"},
        parents={"core_segment": segment_key(layer.key)},
    )


def root_specimen(sample: RootSampleRow, *, layer: LayerRow) -> CaptureRecord:
    """Return the bag that holds one root fraction."""
    return CaptureRecord(
        type="specimen",
        key=specimen_key(sample.key, "roots"),
        fields={"kind": "roots"},
        parents={"core_segment": segment_key(layer.key)},
    )


def root_fraction(sample: RootSampleRow, *, layer: LayerRow) -> CaptureRecord:
    """Return the roots of one class, with dry mass in g or the reason why there is none."""
    mass = read_amount(sample.dry_mass_g or sample.dry_mass_raw, remark=sample.root_note)
    lower_mm, upper_mm = size_limits_mm(sample.size_class_mm)
    size_unread = sample.size_class_mm.strip() and lower_mm is None
    remarks = [sample.root_note, sample.fraction, sample.status]
    if size_unread:
        remarks.append(f"size class as typed: {sample.size_class_mm!r}")
    fields: dict[str, Wire] = {
        "code": fitted(sample.key, 120),
        "kind": _fraction_kind(sample.fraction),
        "living": _living(sample.status),
        "lower_diameter_mm": lower_mm,
        "upper_diameter_mm": upper_mm,
        "dry_mass_g": mass.value,
        "dry_mass_censoring": mass.censoring,
        "dry_mass_limit_g": mass.limit,
        "dry_mass_as_entered": fitted(sample.dry_mass_raw or sample.dry_mass_g, 80),
        "dry_mass_reason": mass.reason,
        "note": note_of(sample, *remarks),
    }
    return CaptureRecord(
        type="root_fraction",
        key=fraction_key(sample.key),
        fields=fields,
        parents={
            "core_segment": segment_key(layer.key),
            "specimen": specimen_key(sample.key, "roots"),
        },
    )


def fraction_measurements(
    sample: RootSampleRow, *, namespace: uuid.UUID
) -> Iterator[CaptureRecord]:
    """Yield root mass and length per soil volume, and the share dead as it was estimated."""
    typed = {
        "root_mass_density_mg_cm3": sample.mass_density_mg_cm3,
        "root_length_density_cm_cm3": sample.length_density_cm_cm3,
        "root_dead_percent": sample.pct_dead_raw,
    }
    for variable, text in typed.items():
        if text.strip():
            parents = {"root_fraction": fraction_key(sample.key)}
            yield _measurement(variable, text, parents=parents, namespace=namespace)


def size_limits_mm(typed: str) -> tuple[float | None, float | None]:
    """Return the limits of a diameter class such as "0-2", "<2" or ">20", in mm."""
    text = typed.strip()
    pair = SIZE_RANGE.fullmatch(text)
    if pair:
        return float(pair[1]), float(pair[2])
    amount = read_amount(text)
    if amount.censoring == "lt":
        return 0.0, amount.limit
    if amount.censoring == "gt":
        return amount.limit, None
    return None, None


def _measurement(
    variable: str, typed: str, *, parents: dict[str, str], namespace: uuid.UUID
) -> CaptureRecord:
    amount = read_amount(typed)
    subject = next(iter(parents.values()))
    return CaptureRecord(
        type="measurement",
        key=f"measurement:{variable}:{subject}",
        fields={
            "variable": str(record_id(namespace, "variable", variable)),
            "value": amount.value,
            "censoring": amount.censoring,
            "limit": amount.limit,
            "as_entered": fitted(amount.as_entered, 80),
            "reason": amount.reason,
        },
        parents=parents,
    )


def _volume_follows_from_geometry(layer: LayerRow, core: CoreRow) -> bool:
    volume = positive(layer.soil_volume_cm3)
    if volume is None:
        return False
    if positive(core.core_diameter_cm):
        return True
    upper, lower = read_number(layer.depth_top_cm), read_number(layer.depth_bottom_cm)
    area = _area_cm2(layer)
    if upper is None or lower is None or area is None:
        return False
    return math.isclose(area * (lower - upper), volume, rel_tol=VOLUME_TOLERANCE)


def _area_cm2(layer: LayerRow) -> float | None:
    area = positive(layer.sample_area_m2)
    return None if area is None else round(area * SQUARE_CM_PER_SQUARE_M, 4)


def _count(typed: str) -> int | None:
    number = positive(typed)
    return int(number) if number is not None and number == int(number) else None


def _short_code(code: str, plot_code: str) -> str:
    rest = code.removeprefix(plot_code).strip("-_/. ")
    return rest or code


def _fraction_kind(words: str) -> str:
    text = words.casefold().replace("tap root", "taproot")
    for kind in ("rhizome", "crown", "taproot", "nodule"):
        if kind in text:
            return kind
    return "root"


def _living(words: str) -> str:
    text = words.casefold()
    has_living, has_dead = "liv" in text, "dead" in text
    if has_living and has_dead:
        return "mixed"
    if has_living:
        return "living"
    return "dead" if has_dead else "unknown"
