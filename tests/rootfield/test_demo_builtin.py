from __future__ import annotations

import uuid
from collections import Counter

import pytest

from rootfield.demo import builtin
from rootfield.demo.builtin import read_builtin
from rootfield.demo.mapping import map_campaign
from rootfield.demo.records import MappedCampaign
from rootfield.demo.tables import CampaignFileError, CampaignTables
from sampling.rules.depths import DepthInterval, find_gaps, find_overlaps

NAMESPACE = uuid.UUID("5f1d2f6e-3c1b-4b53-9d0f-0d1f2c6f7a10")


@pytest.fixture(scope="module")
def tables() -> CampaignTables:
    return read_builtin()


@pytest.fixture(scope="module")
def mapped(tables: CampaignTables) -> MappedCampaign:
    return map_campaign(tables, namespace=NAMESPACE)


def intervals_by_core(mapped: MappedCampaign) -> dict[str, list[DepthInterval]]:
    found: dict[str, list[DepthInterval]] = {}
    for segment in mapped.captures_of("core_segment"):
        if segment.fields["lower_depth_cm"] is not None:
            interval = DepthInterval(
                key=segment.key,
                upper_depth_cm=segment.fields["upper_depth_cm"],
                lower_depth_cm=segment.fields["lower_depth_cm"],
            )
            found.setdefault(segment.parents["soil_core"], []).append(interval)
    return found


def test_the_builtin_campaign_has_ten_sites_and_is_without_problems(tables):
    assert tables.problems == ()
    assert tables.counts() == {
        "sites": 10,
        "plots": 25,
        "cores": 66,
        "layers": 426,
        "root_samples": 429,
        "lab_results": 1043,
    }


def test_every_builtin_row_becomes_a_record(tables, mapped):
    assert mapped.left_out == ()
    assert len(mapped.captures_of("core_segment")) == 426
    assert len(mapped.captures_of("root_fraction")) == 429
    assert len(mapped.lab) == 1043


def test_every_builtin_row_names_its_source_and_licence(tables):
    rows = [*tables.sites, *tables.plots, *tables.cores, *tables.layers, *tables.root_samples]

    licences = Counter((row.source_id, row.source_file.split(",")[0]) for row in rows)

    assert set(licences) == {
        ("silsoe", "CC BY"),
        ("energyfarm", "CC0"),
        ("marsden", "MIT"),
        ("neon", "CC0"),
    }


def test_all_land_uses_and_kinds_of_stand_are_there(mapped):
    assert {site.fields["land_use"] for site in mapped.project_of("site")} == {
        "cropland",
        "grassland",
        "agroforestry",
    }
    assert {stand.fields["kind"] for stand in mapped.project_of("crop_stand")} == {"main", "grass"}


def test_most_plots_have_several_cores_and_treatments_are_repeated_in_blocks(tables):
    cores = Counter(core.plot_id for core in tables.cores)
    blocks = Counter((plot.site_id, plot.treatment) for plot in tables.plots if plot.block)

    assert min(cores.values()) >= 2
    assert set(blocks.values()) == {3}


def test_dates_known_to_the_year_stay_so(mapped):
    precisions = Counter(core.fields["date_precision"] for core in mapped.captures_of("soil_core"))

    assert precisions == {"year": 39, "day": 27}


def test_cores_without_diameter_and_a_site_without_coordinates_stay(mapped):
    bare = [c for c in mapped.captures_of("soil_core") if c.fields["inner_diameter_cm"] is None]
    placeless = [s.key for s in mapped.project_of("site") if s.fields["latitude"] is None]

    assert len(bare) == 36
    assert placeless == ["Marsden"]


def test_layers_that_overlap_or_leave_gaps_stay(mapped):
    cores = intervals_by_core(mapped)

    overlapping = {key.split(":")[1][:3] for key, found in cores.items() if find_overlaps(found)}
    with_gaps = {key.split(":")[1] for key, found in cores.items() if find_gaps(found)}

    assert overlapping == {"SIL"}
    assert {"NOGP-1", "NOGP-2", "CPER-1"} <= with_gaps


def test_the_layer_never_reached_has_no_lower_depth_and_a_reason_for_its_mass(mapped):
    segment = next(s for s in mapped.captures_of("core_segment") if s.fields["is_to_refusal"])
    fraction = next(
        f for f in mapped.captures_of("root_fraction") if f.parents["core_segment"] == segment.key
    )

    assert segment.key == "core_segment:EF-3-maize-2/100"
    assert segment.fields["lower_depth_cm"] is None
    assert fraction.fields["dry_mass_as_entered"] == "Sample DNE"
    assert fraction.fields["dry_mass_reason"] == "not_sampled"


def test_below_ten_and_thirty_to_forty_percent_dead_are_kept_as_such(mapped):
    dead = {
        m.fields["as_entered"]: m.fields
        for m in mapped.captures_of("measurement")
        if m.key.startswith("measurement:root_dead_percent")
    }

    below, between = dead["<10"], dead["30-40"]

    assert (below["value"], below["censoring"], below["limit"]) == (None, "lt", 10.0)
    assert (between["value"], between["censoring"], between["reason"]) == (
        None,
        "none",
        "range_given",
    )


def test_results_without_a_number_give_their_reason(mapped):
    reasons = Counter(row.reason for row in mapped.lab)

    assert reasons == {"": 1034, "not_enough_material": 5, "lost": 3, "not_sampled": 1}
    assert all(bool(row.value) != bool(row.reason) for row in mapped.lab)


def test_results_flagged_by_their_laboratory_keep_the_flag(mapped):
    flagged = {row.specimen for row in mapped.lab if row.qc_flag}

    assert "specimen:roots:KONZ-2/20/fine/live/0-4mm" in flagged


def test_three_mixed_maize_cores_of_ten_cm_recovered_thirty_cm(mapped):
    # 342.03 cm3 / (pi / 4 * 3.81^2 cm2) = 342.03 / 11.4009 = 30.00 cm
    segment = next(
        s for s in mapped.captures_of("core_segment") if s.key == "core_segment:EF-0-maize-1/0"
    )

    assert segment.fields["recovered_length_cm"] == 30.0
    assert segment.fields["sampled_area_cm2"] is None


def test_a_pit_increment_carries_its_area_and_no_length(mapped):
    segment = next(
        s for s in mapped.captures_of("core_segment") if s.key == "core_segment:CPER-1/0"
    )

    assert segment.fields["sampled_area_cm2"] == 58.9
    assert segment.fields["recovered_length_cm"] is None


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ("shallow", "depths_missing"),
        ("0-10 cm4=3", "word_unknown"),
        ('0-10 {root g="0.1}', "quote_open"),
    ],
)
def test_a_damaged_layer_is_named_with_its_line(tmp_path, monkeypatch, layers, code):
    for name in ("sites", "plots"):
        text = (builtin.CAMPAIGN / f"{name}.tsv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.tsv").write_text(text, encoding="utf-8")
    header = "core_id\tplot_id\tsampled_on\tcited\tlayers"
    line = f"A\tEF-0-maize\t2011\tenergyfarm, CC0\t{layers}"
    (tmp_path / "cores-x.tsv").write_text(f"# remark\n{header}\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(builtin, "CAMPAIGN", tmp_path)

    with pytest.raises(CampaignFileError, match="line 3") as refusal:
        read_builtin()

    assert refusal.value.code == code


def test_a_line_with_a_cell_too_few_is_named(tmp_path, monkeypatch):
    (tmp_path / "sites.tsv").write_text("site_id\tcited\nA\n", encoding="utf-8")
    monkeypatch.setattr(builtin, "CAMPAIGN", tmp_path)

    with pytest.raises(CampaignFileError, match="line 2 has 1 cells") as refusal:
        read_builtin()

    assert refusal.value.code == "cells_uneven"
