"""The rows of the six tables of a campaign, every cell kept as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row as typed. `key` is its id, made unique where ids are blank or used twice."""

    row: int
    key: str
    extra: Mapping[str, str] = field(default_factory=dict)
    source_id: str = ""
    source_file: str = ""
    source_row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow(TableRow):
    """A site; coordinates in decimal degrees, elevation in m."""

    site_id: str = ""
    site_name: str = ""
    country: str = ""
    latitude: str = ""
    longitude: str = ""
    elevation_m: str = ""
    land_use: str = ""
    production_system: str = ""
    coordinate_note: str = ""
    source_site_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotRow(TableRow):
    """A plot in one year, with its block, treatment and crop."""

    plot_id: str = ""
    site_id: str = ""
    year: str = ""
    block: str = ""
    treatment: str = ""
    crop: str = ""
    n_fertiliser_kg_ha: str = ""
    plot_note: str = ""
    source_plot_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRow(TableRow):
    """A soil core, several composited ones, or one profile of a pit."""

    core_id: str = ""
    plot_id: str = ""
    sampled_on: str = ""
    date_precision: str = ""
    days_after_planting: str = ""
    method: str = ""
    core_diameter_cm: str = ""
    cores_composited: str = ""
    distance_to_tree_m: str = ""
    core_note: str = ""
    source_core_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow(TableRow):
    """One piece of a core between two depths in cm; area and volume are of all its cores."""

    layer_id: str = ""
    core_id: str = ""
    depth_top_cm: str = ""
    depth_bottom_cm: str = ""
    depth_note: str = ""
    sample_area_m2: str = ""
    soil_volume_cm3: str = ""
    soil_mass_g: str = ""
    bulk_density_g_cm3: str = ""
    layer_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSampleRow(TableRow):
    """The roots of one layer in one class of origin, size and life."""

    root_sample_id: str = ""
    layer_id: str = ""
    fraction: str = ""
    status: str = ""
    size_class_mm: str = ""
    dry_mass_g: str = ""
    mass_density_mg_cm3: str = ""
    length_density_cm_cm3: str = ""
    pct_dead_raw: str = ""
    dry_mass_raw: str = ""
    root_note: str = ""
    source_sample_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResultRow(TableRow):
    """One result of the laboratory on a layer or on a root sample."""

    lab_result_id: str = ""
    subject_type: str = ""
    subject_id: str = ""
    analyte: str = ""
    value: str = ""
    unit: str = ""
    qc_flag: str = ""
    value_raw: str = ""
    note: str = ""
