from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from rootfield.demo.tables import ID_COLUMNS, CampaignFileError, read_folder

SITES = ["site_id,site_name,country", "S1,Long Acre,DE"]
PLOTS = ["plot_id,site_id,year", "P1,S1,2020"]
CORES = ["core_id,plot_id,sampled_on", "C1,P1,2020-07-01"]
LAYERS = ["layer_id,core_id,depth_top_cm,depth_bottom_cm", "L1,C1,0,10"]
ROOTS = ["root_sample_id,layer_id,dry_mass_g", "R1,L1,0.5"]
RESULTS = ["lab_result_id,subject_type,subject_id,analyte,value", "A1,root_sample,R1,C,43"]
SMALL = {
    "sites": SITES,
    "plots": PLOTS,
    "cores": CORES,
    "layers": LAYERS,
    "root_samples": ROOTS,
    "lab_results": RESULTS,
}


def write_folder(directory: Path, *, end: str = "\n", mark: str = "", **changed) -> Path:
    for table, lines in (SMALL | changed).items():
        text = mark + end.join(lines) + end
        (directory / f"{table}.csv").write_bytes(text.encode())
    return directory


def codes(tables) -> list[tuple[str, int, str]]:
    return [(problem.table, problem.row, problem.code) for problem in tables.problems]


def test_columns_the_folder_does_not_have_are_blank(tmp_path):
    tables = read_folder(write_folder(tmp_path))

    assert tables.problems == ()
    assert tables.cores[0].core_diameter_cm == ""
    assert tables.lab_results[0].unit == ""


def test_columns_the_layout_does_not_know_stay_with_their_row(tmp_path):
    sites = ["site_id,Irrigated", "S1,since 1998"]

    tables = read_folder(write_folder(tmp_path, sites=sites))

    assert tables.sites[0].extra == {"irrigated": "since 1998"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path, end, mark):
    tables = read_folder(write_folder(tmp_path, end=end, mark=mark))

    assert tables.problems == ()
    assert set(tables.counts().values()) == {1}
    assert tables.sites[0].row == 2


def test_cells_are_kept_as_typed(tmp_path):
    roots = ["root_sample_id,layer_id,dry_mass_g", 'R1, L1 ,"1,5"', "R2,L1,n.a.", "R3,L1, <0.1"]

    tables = read_folder(write_folder(tmp_path, root_samples=roots))

    assert [row.dry_mass_g for row in tables.root_samples] == ["1,5", "n.a.", " <0.1"]
    assert tables.root_samples[0].layer_id == " L1 "
    assert tables.problems == ()


def test_blank_and_repeated_ids_are_reported_and_kept_under_keys_of_their_own(tmp_path):
    layers = [
        "layer_id,core_id,depth_top_cm,depth_bottom_cm",
        "L1,C1,0,10",
        ",C1,10,20",
        "L1,C1,20,30",
        "L1,C1,0,10",
    ]

    tables = read_folder(write_folder(tmp_path, layers=layers))

    assert [row.key for row in tables.layers] == ["L1", "#3", "L1#4", "L1#5"]
    assert codes(tables) == [
        ("layers", 3, "id_blank"),
        ("layers", 4, "id_repeated"),
        ("layers", 5, "row_repeated"),
    ]


def test_references_that_lead_nowhere_are_reported(tmp_path):
    changed = {
        "plots": ["plot_id,site_id", "P1,S1", "P2,S9", "P3,"],
        "lab_results": [
            "lab_result_id,subject_type,subject_id",
            "A1,root_sample,R1",
            "A2,layer,R1",
            "A3,plot,P1",
            "A4,Layer,L1",
        ],
    }

    tables = read_folder(write_folder(tmp_path, **changed))

    assert codes(tables) == [
        ("plots", 3, "reference_dangling"),
        ("plots", 4, "reference_blank"),
        ("lab_results", 3, "reference_dangling"),
        ("lab_results", 4, "subject_type_unknown"),
    ]
    assert (len(tables.plots), len(tables.lab_results)) == (3, 4)


def test_short_long_and_empty_lines_lose_nothing(tmp_path):
    cores = ["core_id,plot_id,method,method", "C1", "C2,P1,auger,spade,shovel", ",,,", "", "C3,P1"]

    tables = read_folder(write_folder(tmp_path, cores=cores))

    assert [row.core_id for row in tables.cores] == ["C1", "C2", "C3"]
    assert [row.row for row in tables.cores] == [2, 3, 6]
    assert tables.cores[1].method == "auger"
    assert tables.cores[1].extra == {"column 4": "spade", "column 5": "shovel"}
    assert codes(tables) == [
        ("cores", 1, "column_repeated"),
        ("cores", 3, "cells_surplus"),
        ("cores", 4, "row_empty"),
        ("cores", 2, "reference_blank"),
    ]


@pytest.mark.parametrize("table", ID_COLUMNS)
def test_a_missing_file_is_named(tmp_path, table):
    write_folder(tmp_path)
    (tmp_path / f"{table}.csv").unlink()

    with pytest.raises(CampaignFileError, match=f"{table}\\.csv does not exist") as refusal:
        read_folder(tmp_path)

    assert refusal.value.code == "file_missing"


@pytest.mark.parametrize(
    ("table", "header", "missing"),
    [
        ("sites", "name", "site_id"),
        ("layers", "layer_id", "core_id"),
        ("lab_results", "lab_result_id,subject_id", "subject_type"),
        ("cores", "", "core_id, plot_id"),
    ],
)
def test_a_missing_key_column_is_named(tmp_path, table, header, missing):
    write_folder(tmp_path, **{table: [header]})

    with pytest.raises(CampaignFileError, match=f"has no column {missing}") as refusal:
        read_folder(tmp_path)

    assert refusal.value.code == "column_missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"site_id\n\xff\xfe\n", "not_utf8"),
        (b'site_id,site_name\nS1,"never closed\n', "not_csv"),
    ],
)
def test_a_file_that_is_no_csv_in_utf8_is_refused(tmp_path, content, code):
    write_folder(tmp_path)
    (tmp_path / "sites.csv").write_bytes(content)

    with pytest.raises(CampaignFileError, match=r"sites\.csv") as refusal:
        read_folder(tmp_path)

    assert refusal.value.code == code


def test_a_header_alone_is_an_empty_table(tmp_path):
    tables = read_folder(write_folder(tmp_path, lab_results=[RESULTS[0]]))

    assert tables.lab_results == ()


def test_a_folder_of_thirteen_thousand_layers_is_read_whole_and_quickly(tmp_path):
    layers = [LAYERS[0], *(f"L{n},C1,{n % 20},{n % 20 + 1}" for n in range(13_000))]
    roots = [ROOTS[0], *(f"R{n},L{n % 13_000},0.5" for n in range(11_600))]
    results = [RESULTS[0], *(f"A{n},root_sample,R{n % 11_600},C,43" for n in range(23_530))]
    directory = write_folder(tmp_path, layers=layers, root_samples=roots, lab_results=results)

    started = time.perf_counter()
    tables = read_folder(directory)
    taken_s = time.perf_counter() - started

    assert tables.problems == ()
    assert tables.counts() == {
        "sites": 1,
        "plots": 1,
        "cores": 1,
        "layers": 13_000,
        "root_samples": 11_600,
        "lab_results": 23_530,
    }
    assert taken_s < 5  # about half a second on two cores; the rest is a busy machine


def test_reading_gives_every_cell_of_a_file_back(tmp_path):
    tables = read_folder(write_folder(tmp_path))

    with (tmp_path / "layers.csv").open(newline="") as stream:
        typed = list(csv.DictReader(stream))

    assert [{name: getattr(tables.layers[0], name) for name in typed[0]}] == typed


def test_an_empty_file_is_told(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "plots.csv").write_bytes(b"")

    with pytest.raises(CampaignFileError, match="no column plot_id, site_id; it begins with"):
        read_folder(folder)
