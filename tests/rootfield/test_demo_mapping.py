from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace

import pytest

from rootfield.demo.captures import core_segment, size_limits_mm, soil_core
from rootfield.demo.mapping import map_campaign
from rootfield.demo.setting import land_use_of, stand_kind
from rootfield.demo.tables import CampaignTables, RawRow, build_tables, read_folder
from sampling.rules.depths import DepthInterval, find_overlaps
from tests.rootfield.demo_rows import (
    CORE,
    FULL,
    LAYER,
    NAMESPACE,
    PLOT,
    RESULT,
    ROOTS,
    SITE,
    campaign,
    mapped,
    only,
)


@pytest.fixture(scope="module")
def full() -> CampaignTables:
    if not FULL.is_dir():
        pytest.skip(f"{FULL} is not here")
    return read_folder(FULL)


def test_the_full_campaign_becomes_records_without_loss(full):
    result = map_campaign(full, namespace=NAMESPACE)

    assert full.problems == ()
    assert list(full.counts().values()) == [10, 47, 229, 1294, 1160, 2353]
    assert result.left_out == ()
    assert len(result.project_of("plot")) == 47
    assert Counter(record.type for record in result.captures) == {
        "sampling_point": 229,
        "soil_core": 229,
        "core_segment": 1294,
        "specimen": 1160 + 216,
        "root_fraction": 1160,
        "measurement": 1188,
    }
    assert len(result.lab) == 2353
    assert sum(bool(row.reason) for row in result.lab) == 41


def test_the_full_campaign_keeps_its_36_overlaps(full):
    found: dict[str, list[DepthInterval]] = {}
    for segment in map_campaign(full, namespace=NAMESPACE).captures_of("core_segment"):
        upper, lower = segment.fields["upper_depth_cm"], segment.fields["lower_depth_cm"]
        if lower is not None:
            interval = DepthInterval(key=segment.key, upper_depth_cm=upper, lower_depth_cm=lower)
            found.setdefault(segment.parents["soil_core"], []).append(interval)

    assert sum(len(find_overlaps(intervals)) for intervals in found.values()) == 36


def test_energy_farm_maize_recovered_thirty_cm_of_three_cores(full):
    segments = map_campaign(full, namespace=NAMESPACE).captures_of("core_segment")

    first = next(s for s in segments if s.key == "core_segment:EF-2011-0-MAI-1-0")

    assert first.fields["recovered_length_cm"] == 30.0


def test_mapping_again_gives_the_same_records():
    first, again = mapped(), mapped()

    assert first == again
    assert mapped().project != map_campaign(campaign(), namespace=uuid.uuid4()).project


def test_parents_come_before_their_children():
    result = mapped()
    seen: set[str] = set()

    for record in result.captures:
        assert set(record.parents.values()) <= seen
        seen.add(record.key)

    assert {row.specimen for row in result.lab} <= seen
    assert {row.subject for row in result.lab} <= seen


def test_a_row_that_repeats_another_is_left_out_and_one_that_differs_is_kept():
    raw: dict[str, list[RawRow]] = {
        "sites": [(2, {"site_id": "S1"})],
        "plots": [(2, {"plot_id": "P1", "site_id": "S1"})],
        "cores": [(2, {"core_id": "C1", "plot_id": "P1"})],
        "layers": [
            (2, {"layer_id": "L1", "core_id": "C1", "depth_top_cm": "0"}),
            (3, {"layer_id": "L1", "core_id": "C1", "depth_top_cm": "0"}),
            (4, {"layer_id": "L1", "core_id": "C1", "depth_top_cm": "5"}),
        ],
        "root_samples": [],
        "lab_results": [
            (2, {"lab_result_id": "A1", "subject_type": "layer", "subject_id": "L1"}),
            (3, {"lab_result_id": "A1", "subject_type": "layer", "subject_id": "L1"}),
        ],
    }

    result = map_campaign(build_tables("here", raw), namespace=NAMESPACE)

    segments = [record.key for record in result.captures_of("core_segment")]
    assert segments == ["core_segment:L1", "core_segment:L1#4"]
    assert len(result.lab) == 1
    assert [(p.table, p.row, p.code) for p in result.left_out] == [
        ("layers", 3, "row_repeated"),
        ("lab_results", 3, "row_repeated"),
    ]


def test_rows_below_a_missing_parent_are_left_out_by_name_down_to_the_results():
    result = mapped(plots=(replace(PLOT, site_id="S9"),))

    assert result.captures == ()
    assert result.lab == ()
    assert [(p.table, p.id, p.code) for p in result.left_out] == [
        ("plots", "P1", "parent_missing"),
        ("cores", "C1", "parent_missing"),
        ("layers", "L1", "parent_missing"),
        ("root_samples", "R1", "parent_missing"),
        ("lab_results", "A1", "parent_missing"),
    ]


def test_a_result_of_something_else_than_layers_and_roots_is_left_out_by_name():
    result = mapped(lab_results=(replace(RESULT, subject_type="plot", subject_id="P1"),))

    assert [problem.id for problem in result.left_out] == ["A1"]


def test_plots_share_blocks_and_treatments_of_their_site():
    first = replace(PLOT, block="1", treatment="2y rotation")
    second = replace(first, key="P2", plot_id="P2", treatment="2Y rotation ")

    result = mapped(plots=(first, second))

    block, treatment = only(result.project_of("block")), only(result.project_of("treatment"))
    plots = result.project_of("plot")
    assert {plot.fields["block"] for plot in plots} == {str(block.id)}
    assert {plot.fields["treatment"] for plot in plots} == {str(treatment.id)}


def test_a_plot_without_block_treatment_or_crop_stands_alone():
    result = mapped(plots=(replace(PLOT, treatment="none", crop=""),))

    plot = only(result.project_of("plot"))
    assert (plot.fields["block"], plot.fields["treatment"]) == (None, None)
    assert result.project_of("crop_stand") == ()


def test_bare_fallow_is_a_remark_and_not_a_stand():
    result = mapped(plots=(replace(PLOT, crop="bare fallow between tree rows"),))

    assert result.project_of("crop_stand") == ()
    assert "bare fallow" in only(result.project_of("plot")).fields["note"]


def test_a_plot_without_a_year_takes_that_of_its_core():
    result = mapped(plots=(replace(PLOT, year="?"),))

    assert only(result.project_of("crop_stand")).fields["season"] == 2011
    assert "year as typed: '?'" in only(result.project_of("plot")).fields["note"]


def test_nothing_says_the_year_and_the_crop_stays_as_a_remark():
    result = mapped(plots=(replace(PLOT, year=""),), cores=(replace(CORE, sampled_on=""),))

    assert result.project_of("crop_stand") == ()
    assert "maize" in only(result.project_of("plot")).fields["note"]
    core = only(result.captures_of("soil_core"))
    assert (core.fields["collected_on"], core.fields["date_precision"]) == (None, "unknown")


@pytest.mark.parametrize(("typed", "nitrogen"), [("180", 180.0), ("56,5", 56.5)])
def test_nitrogen_fertiliser_becomes_an_event(typed, nitrogen):
    result = mapped(plots=(replace(PLOT, n_fertiliser_kg_ha=typed),))

    event = only(result.project_of("management_event"))
    assert (event.fields["kind"], event.fields["nitrogen_kg_ha"]) == ("fertiliser", nitrogen)
    assert (event.fields["happened_on"], event.fields["date_precision"]) == ("2011-01-01", "year")


@pytest.mark.parametrize("typed", ["0", "much"])
def test_no_nitrogen_or_an_unknown_amount_is_a_remark(typed):
    result = mapped(plots=(replace(PLOT, n_fertiliser_kg_ha=typed),))

    assert result.project_of("management_event") == ()
    assert f"N fertiliser {typed} kg/ha" in only(result.project_of("plot")).fields["note"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [("52,5", "-0.4", (52.5, -0.4)), ("52", "", (None, None)), ("95", "3", (None, None))],
)
def test_a_point_is_whole_and_on_earth_or_not_given(latitude, longitude, point):
    site = replace(SITE, latitude=latitude, longitude=longitude)

    record = only(mapped(sites=(site,)).project_of("site"))

    assert (record.fields["latitude"], record.fields["longitude"]) == point
    assert ("latitude as typed" in record.fields["note"]) is (point[0] is None)


@pytest.mark.parametrize(("typed", "code"), [("gb", "GB"), ("UK", "GB"), ("Germany", ""), ("", "")])
def test_a_country_is_two_letters_or_a_remark(typed, code):
    record = only(mapped(sites=(replace(SITE, country=typed),)).project_of("site"))

    assert record.fields["country"] == code
    assert ("country as typed" in record.fields["note"]) is (typed == "Germany")


@pytest.mark.parametrize(
    ("words", "land_use", "is_guess"),
    [
        ("cropland", "cropland", False),
        ("grassland", "grassland", False),
        ("agroforestry", "agroforestry", False),
        ("cultivatedCrops", "cropland", True),
        ("grasslandHerbaceous", "grassland", True),
        ("cropland and perennial grass", "cropland", True),
        ("permanent pasture", "grassland", True),
        ("alley cropping", "agroforestry", False),
        ("car park", "cropland", True),
        ("", "cropland", True),
    ],
)
def test_land_use_is_one_of_three_and_a_guess_is_remarked(words, land_use, is_guess):
    found, remark = land_use_of(words)

    assert (found, bool(remark)) == (land_use, is_guess)


@pytest.mark.parametrize(
    ("crop", "kind"),
    [
        ("maize (maize-soybean rotation)", "main"),
        ("arable crop between tree rows", "main"),
        ("restored prairie mix", "grass"),
        ("Switchgrass", "grass"),
        ("cover crop: winter rye", "cover"),
        ("poplar", "tree"),
        ("quinoa", "main"),
    ],
)
def test_the_kind_of_a_stand_follows_from_its_words(crop, kind):
    assert stand_kind(crop) == kind


def test_a_distance_letter_leaves_the_position_unknown_and_is_quoted():
    point = only(mapped(cores=(replace(CORE, distance_to_tree_m="C"),)).captures[:1])

    assert (point.fields["position"], point.fields["distance_to_tree_m"]) == ("unknown", None)
    assert "'C'" in point.fields["note"]


def test_a_distance_to_the_tree_sets_the_position():
    point = only(mapped(cores=(replace(CORE, distance_to_tree_m="0"),)).captures[:1])

    assert (point.fields["position"], point.fields["distance_to_tree_m"]) == ("tree_distance", 0.0)


def test_core_cells_that_are_no_sizes_are_quoted_and_not_guessed():
    core = replace(
        CORE,
        core_diameter_cm="2 inch",
        cores_composited="2.5",
        sampled_on="spring 2011",
        days_after_planting="3",
        extra={"operator": "A. B."},
    )

    record = soil_core(core, plot=PLOT)

    note = record.fields["note"]
    assert (record.fields["inner_diameter_cm"], record.fields["cores_composited"]) == (None, None)
    for words in ("'2 inch'", "'2.5'", "'spring 2011'", "3 days after planting", "operator: A. B."):
        assert words in note


def test_a_layer_without_lower_depth_went_to_refusal():
    segment = core_segment(replace(LAYER, depth_bottom_cm="x"), core=CORE, purpose="roots")

    assert (segment.fields["lower_depth_cm"], segment.fields["is_to_refusal"]) == (None, True)
    assert "depth_bottom_cm as typed: 'x'" in segment.fields["note"]


@pytest.mark.parametrize(
    ("core", "layer", "is_measured"),
    [
        ({"core_diameter_cm": "3.81"}, {"soil_volume_cm3": "342.03"}, False),
        ({}, {"soil_volume_cm3": "1000", "sample_area_m2": "0.01"}, False),
        ({}, {"soil_volume_cm3": "900", "sample_area_m2": "0.01"}, True),
        ({}, {"soil_volume_cm3": "900"}, True),
        ({}, {"soil_volume_cm3": "about 900"}, True),
        ({}, {"soil_volume_cm3": ""}, False),
    ],
)
def test_a_soil_volume_is_measured_only_where_geometry_cannot_hold_it(core, layer, is_measured):
    result = mapped(cores=(replace(CORE, **core),), layers=(replace(LAYER, **layer),))

    volumes = [m for m in result.captures_of("measurement") if "soil_volume" in m.key]
    assert bool(volumes) is is_measured


def test_measurements_name_variables_that_are_records_too():
    layer = replace(LAYER, bulk_density_g_cm3="1,4", soil_mass_g="wet")

    result = mapped(layers=(layer,), root_samples=(replace(ROOTS, pct_dead_raw="<10"),))

    variables = {str(record.id): record.key for record in result.project_of("variable")}
    found = {variables[m.fields["variable"]]: m for m in result.captures_of("measurement")}
    assert found["bulk_density_g_cm3"].fields["value"] == 1.4
    assert found["soil_mass_g"].fields["reason"] == "not_a_number"
    assert found["root_dead_percent"].fields["limit"] == 10.0
    assert found["root_dead_percent"].parents == {"root_fraction": "root_fraction:R1"}


@pytest.mark.parametrize(
    ("has_roots", "has_result", "density", "purpose"),
    [
        (True, True, "1.2", "roots"),
        (False, True, "1.2", "chemistry"),
        (False, False, "1.2", "bulk_density"),
        (False, False, "", "roots"),
    ],
)
def test_the_purpose_of_a_segment_follows_from_what_hangs_on_it(
    has_roots, has_result, density, purpose
):
    soil_result = replace(RESULT, subject_type="layer", subject_id="L1", analyte="organic C")

    result = mapped(
        layers=(replace(LAYER, bulk_density_g_cm3=density),),
        root_samples=(ROOTS,) if has_roots else (),
        lab_results=(soil_result,) if has_result else (),
    )

    assert only(result.captures_of("core_segment")).fields["purpose"] == purpose


@pytest.mark.parametrize(
    ("fraction", "status", "kind", "living"),
    [
        ("fine root", "live", "root", "living"),
        ("coarse root", "dead", "root", "dead"),
        ("rhizome", "", "rhizome", "unknown"),
        ("tap root", "live+dead, % dead estimated", "taproot", "mixed"),
    ],
)
def test_root_words_become_kind_and_life_and_stay_in_the_note(fraction, status, kind, living):
    sample = replace(ROOTS, fraction=fraction, status=status)

    record = only(mapped(root_samples=(sample,)).captures_of("root_fraction"))

    assert (record.fields["kind"], record.fields["living"]) == (kind, living)
    assert fraction in record.fields["note"]


@pytest.mark.parametrize(
    ("typed", "limits"),
    [
        ("0-2", (0.0, 2.0)),
        ("2 - 10", (2.0, 10.0)),
        ("<2", (0.0, 2.0)),
        (">20", (20.0, None)),
        ("thick", (None, None)),
        ("", (None, None)),
    ],
)
def test_diameter_classes_have_limits(typed, limits):
    assert size_limits_mm(typed) == limits


def test_a_diameter_class_nobody_can_read_is_quoted():
    sample = replace(ROOTS, size_class_mm="thick")

    record = only(mapped(root_samples=(sample,)).captures_of("root_fraction"))

    assert "size class as typed: 'thick'" in record.fields["note"]


def test_a_mass_without_a_number_keeps_its_text_and_reason():
    sample = replace(ROOTS, dry_mass_g="", dry_mass_raw="Sample DNE")

    fields = only(mapped(root_samples=(sample,)).captures_of("root_fraction")).fields

    assert fields["dry_mass_g"] is None
    assert fields["dry_mass_as_entered"] == "Sample DNE"
    assert fields["dry_mass_reason"] == "not_sampled"
