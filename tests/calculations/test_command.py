from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]

CORES = """core,washed_mass_g,ash_sample,ash_root,ash_soil,e,washing_loss,c_r,d_cm,l_cm
row,0.520,0.22,0.06,0.95,0.10,0.10,0.42,6.0,30
mid-row,0.260,0.30,0.06,0.95,0.10,0.10,0.42,6.0,30
"""


def calc(*words):
    out, err = io.StringIO(), io.StringIO()
    call_command("calc", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def cores(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(CORES)
    return path


def test_every_calculation_is_listed():
    text, _ = calc("list")

    assert "core-mass" in text
    assert "core-mass" in json.loads(calc("list", "--json")[0])


def test_a_calculation_is_described_for_people_and_for_programs():
    text, _ = calc("describe", "core-mass")
    described = json.loads(calc("describe", "core-mass", "--json")[0])

    assert "root_mass_g_m2" in text
    assert "10.3389/fpls.2017.00284" in text
    assert described["tables"][0]["columns"][0]["unit"] == "g"


def test_a_table_is_answered_with_its_own_columns_and_the_outputs(cores, tmp_path):
    calc("core-mass", "--in", str(cores), "--out", str(tmp_path / "out.csv"))

    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["core"] for row in rows] == ["row", "mid-row"]
    assert sum(float(row["root_c_kg_ha"]) for row in rows) / 2 == pytest.approx(457.8, abs=0.05)
    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.csv"]


def test_sources_and_units_stand_above_the_header_when_asked_for(cores):
    plain, _ = calc("core-mass", "--in", str(cores))
    sourced, _ = calc("core-mass", "--in", str(cores), "--with-sources")

    remarks = [line for line in sourced.splitlines() if line.startswith("#")]
    assert sourced.splitlines()[len(remarks) :] == plain.splitlines()
    assert any("root_mass_g_m2: g m-2" in line for line in remarks)


def test_every_problem_is_named_with_its_line_and_nothing_is_written(cores, tmp_path):
    cores.write_text(CORES.replace("0.520", '"0,520"').replace("0.30,0.06", "0.96,0.06"))
    out, err = tmp_path / "out.csv", io.StringIO()
    sentence = "The sample holds more ash than soil itself: ash_sample 0.96, ash_soil 0.95 g per g."

    with pytest.raises(CommandError, match="2 problems; nothing was written") as caught:
        call_command("calc", "core-mass", "--in", str(cores), "--out", str(out), stderr=err)

    assert caught.value.returncode == 1
    assert err.getvalue().splitlines() == [
        f"{cores}:2: washed_mass_g: decimal_comma: '0,520' has a decimal comma; write 0.520.",
        f"{cores}:3: ash_sample: impossible_layer: {sentence}",
    ]
    assert not out.exists()


def test_what_is_carried_unread_is_remarked_on(cores):
    cores.write_text(CORES.replace("washing_loss", "washing_los"))

    _, err = calc("core-mass", "--in", str(cores))

    assert "note: in: The column washing_los is carried along unread" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["core-mas"], "There is no calculation core-mas. Did you mean core-mass?"),
        (["describe", "nothing-alike"], "There is no calculation nothing-alike. `calc list`"),
        (["core-mass", "clean-root"], "Use: calc list"),
        (["describe"], "Use: calc list"),
        (["core-mass", "--set", "route"], "Write --set OPTION=VALUE"),
        (["core-mass", "--in", "/nowhere/in.csv"], "/nowhere/in.csv cannot be read"),
    ],
)
def test_a_command_that_cannot_be_followed_says_why(words, message):
    with pytest.raises(CommandError) as caught:
        calc(*words)

    assert message in str(caught.value)
    assert caught.value.returncode == 2


def test_a_folder_that_is_not_there_is_named(cores, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        calc("core-mass", "--in", str(cores), "--out", str(tmp_path / "no" / "out.csv"))


def test_a_folder_is_not_written_over(cores, tmp_path):
    (tmp_path / "out").mkdir()

    with pytest.raises(CommandError, match="cannot be written"):
        calc("core-mass", "--in", str(cores), "--out", str(tmp_path / "out"))

    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out"]


def test_a_table_is_not_written_over_with_its_answer(cores, tmp_path):
    (tmp_path / "same.csv").symlink_to(cores)

    for path in (cores, tmp_path / "same.csv"):
        with pytest.raises(CommandError, match="would_overwrite: --out is the table in") as caught:
            calc("core-mass", "--in", str(cores), "--out", str(path))
        assert caught.value.returncode == 2

    assert cores.read_text() == CORES


def test_a_device_is_written_to(cores):
    calc("core-mass", "--in", str(cores), "--out", "/dev/null")

    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "--in: missing_table: The table in is needed"),
        (["--table", "crops={}"], "unknown_table: core-mass reads no table crops"),
        (["--in", "{}", "--set", "ruote=A"], "--set: ruote: unknown_option: core-mass has no"),
        (["--in", "{}", "--set", "route=C"], "--set: route: unknown_choice: route is 'C'"),
    ],
)
def test_tables_and_options_are_held_against_what_is_declared(cores, words, line):
    err = io.StringIO()

    with pytest.raises(CommandError):
        call_command("calc", "core-mass", *[word.format(cores) for word in words], stderr=err)

    assert line in err.getvalue()


@pytest.mark.services
def test_no_database_and_no_broker_are_needed(cores, tmp_path):
    named = ("DATABASE_URL", "REDIS_URL", "ROOTFIELD_DATA_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in named}
    data = tmp_path / "data"

    done = subprocess.run(
        [sys.executable, "manage.py", "calc", "core-mass", "--in", str(cores)],
        cwd=ROOT,
        env=environment | {"ROOTFIELD_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(done.stdout.splitlines()) == 3
    assert not data.exists()


def test_a_word_for_blanks_is_blank_when_it_is_said_to_be(tmp_path):
    table = tmp_path / "in.csv"
    table.write_text("cv,relative_half_width\n0.3,NA\n", encoding="utf-8")
    out = tmp_path / "out.csv"

    with pytest.raises(CommandError, match="1 problem"):
        call_command("calc", "replicates-needed", table_in=str(table), out=str(out))
    call_command("calc", "replicates-needed", table_in=str(table), out=str(out), blank=["NA"])

    assert out.read_text(encoding="utf-8").splitlines()[1].startswith("0.3,NA,12,")


def test_a_column_that_many_rows_lack_is_named_once(tmp_path, capsys):
    table = tmp_path / "in.csv"
    rows = "0,10,20\n10,20,15\n"
    table.write_text(f"upper_depth_cm,lower_depth_cm,soc_g_kg\n{rows}", encoding="utf-8")

    with pytest.raises(CommandError, match="1 problem"):
        call_command("calc", "soc-fixed-depth", table_in=str(table))

    told = capsys.readouterr().err
    assert "in.csv:1: bulk_density_g_cm3: missing_column:" in told
    assert "Rows that need it: 2." in told
