from __future__ import annotations

import pytest

from tests.calculations.tables import answers, column, refusals

VPDB = {"scale": "VPDB"}


def test_delta_values_become_atom_fractions_with_their_scale():
    rows = answers("delta-to-atom", "id,delta13C\na,-27\nb,1000\n", options=VPDB)

    assert column(rows, "atom_percent") == pytest.approx([1.076127, 2.187135], abs=5e-7)
    assert column(rows, "scale_used") == ["VPDB", "VPDB"]
    assert column(rows, "standard_ratio_used") == [0.0111802] * 2
    assert column(rows, "delta_permil") == [-27, 1000]


def test_atom_fractions_become_delta_values():
    rows = answers(
        "delta-to-atom", "isotope,atom_percent,u_atom_percent\n15N,0.3663003663,0.0001\n"
    )

    assert rows[0]["delta_permil"] == pytest.approx(0, abs=1e-6)
    assert rows[0]["u_delta_permil"] == pytest.approx(0.27400, abs=1e-5)


def test_an_excess_is_above_a_background():
    text = "isotope,delta,background_delta,u_delta_permil\n15N,1000,0,1\n"
    (row,) = answers("delta-to-atom", text)

    assert row["excess_atom_percent"] == pytest.approx(0.729927 - 0.366300, abs=1e-6)
    assert row["u_atom_fraction"] == pytest.approx(0.0036764706 / 1000 / 1.0073529412**2)


def test_the_isotope_follows_from_its_scale():
    rows = answers("delta-to-atom", "delta,scale\n0,air-N2\n0,VPDB\n")
    headed = answers("delta-to-atom", "d15N_permil\n0\n")

    assert column(rows, "standard_used") == ["air-N2", "VPDB"]
    assert column(headed, "standard_used") == ["air-N2"]


def test_old_figures_are_read_with_the_old_ratio_when_that_is_said():
    text = "isotope,scale,delta\n13C,VPDB,0\n"
    legacy = {"standard": "PDB-legacy"}
    (row,) = answers("delta-to-atom", text, options=legacy | {"allow_legacy": "yes"})
    (other,) = answers("delta-to-atom", text, options={"standard_ratio": "0.01118"})

    assert (row["atom_percent"], row["is_legacy"]) == (pytest.approx(1.111233, abs=5e-7), True)
    assert other["standard_used"] == "R=0.01118"
    assert refusals("delta-to-atom", text, options=legacy) == [(2, "standard", "mixed_scales")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("delta\n-27\n", (2, "isotope", "missing_value")),
        ("isotope,delta\n13C,-27\n", (2, "scale", "mixed_scales")),
        ("isotope,scale,delta15N\n13C,VPDB,-27\n", (2, "isotope", "mixed_scales")),
        ("scale,d13c\nair-N2,-27\n", (2, "isotope", "mixed_scales")),
        ("isotope,scale,standard,delta\n13C,VPDB,air-N2,1\n", (2, "standard", "mixed_scales")),
        (
            "isotope,scale,standard_ratio,delta\n13C,VPDB,0.5,1\n",
            (2, "standard", "impossible_layer"),
        ),
        ("isotope,scale,delta\n13C,VPDB,\n", (2, "delta_permil", "missing_value")),
        ("isotope,delta,atom_fraction\n15N,1,0.0037\n", (2, "delta_permil", "value_twice")),
        ("isotope,atom_fraction\n15N,0\n", (2, None, "impossible_layer")),
    ],
)
def test_values_without_scale_or_sense_are_refused(text, problem):
    assert refusals("delta-to-atom", text) == [problem]


RUN = """material,role,raw,position,u_raw,area
USGS40,standard,-26.10,1,0.05,10
USGS41,standard,37.20,2,0.05,30
IAEA-CH-6,qc,-10.36,3,0.05,20
x,sample,-26.95,4,0.05,20
y,,-12.00,5,,
"""
LSVEC = {"isotope": "13C", "scale": "VPDB-LSVEC"}


def test_a_run_is_normalised_by_the_materials_it_names():
    rows = answers("normalise-delta", RUN, options=LSVEC)

    assert column(rows, "delta_permil")[3:] == pytest.approx([-27.250, -12.130], abs=5e-4)
    assert column(rows, "delta_permil")[:2] == pytest.approx([-26.39, 37.63])
    assert column(rows, "is_within_standards") == [True, True, True, False, True]
    assert rows[3]["findings"] == "outside_standards"
    assert rows[3]["u_delta_permil"] > 0.05
    assert rows[4]["u_delta_permil"] is None


def test_a_control_off_its_value_is_found():
    text = "role,raw,assigned\nstandard,0,0\nstandard,10,10\nqc,5.3,5\nsample,6,\n"
    rows = answers("normalise-delta", text, options=LSVEC)

    assert rows[2]["residual_permil"] == pytest.approx(0.3)
    assert column(rows, "findings") == [None, None, "control_off", None]


def test_batches_have_their_own_lines():
    text = "batch,raw,assigned\n1,0,0\n1,10,10\n1,5,\n2,0,0\n2,10,10.2\n2,5,\n"
    rows = answers("normalise-delta", text, options=LSVEC)

    assert column(rows, "delta_permil")[2::3] == pytest.approx([5, 5.1])
    assert column(rows, "method") == ["two_point"] * 6


def test_two_standards_may_stand_in_each_row():
    text = "raw,raw1,d1,raw2,d2\n-26.95,-26.10,-26.39,37.20,37.63\n"
    (row,) = answers("normalise-delta", text, options=LSVEC)

    assert row["delta_permil"] == pytest.approx(-27.250, abs=5e-4)
    assert row["slope"] == pytest.approx(1.01137, abs=5e-6)


def test_drift_of_the_control_is_taken_off_every_reading():
    head = "material,role,raw,assigned,position\na,standard,0.2,0,21\nb,standard,10.2,10,21\n"
    control = "".join(f"q,qc,{5 + 0.01 * p:.2f},5,{p}\n" for p in (1, 11, 21, 31, 41))
    sample = "x,sample,7.41,,41\n"
    rows = answers("normalise-delta", head + control + sample, options=LSVEC)
    left = answers("normalise-delta", head + control + sample, options=LSVEC | {"drift": "no"})

    assert rows[-1]["delta_permil"] == pytest.approx(7.01)
    assert rows[-1]["drift_permil_per_position"] == pytest.approx(0.01)
    assert left[-1]["delta_permil"] == pytest.approx(7.21)


def test_labelled_samples_beside_natural_ones_are_found():
    text = "role,raw,assigned,is_labelled\nstandard,0,0,\nstandard,600,600,\nsample,5,,\n,500,,\n"
    rows = answers("normalise-delta", text, options=LSVEC)
    told = answers("normalise-delta", text.replace("500,,", "5,,yes"), options=LSVEC)
    blank = answers("normalise-delta", text + "blank,1,,\n", options=LSVEC)

    assert "memory_unseen" in rows[2]["findings"]
    assert "memory_unseen" in told[2]["findings"]
    assert blank[2]["findings"] is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            RUN.replace("x,sample,-26.95,4,0.05,20", "x,sample,-26.95,4,0.05,31"),
            (5, None, "beyond_sample"),
        ),
        (RUN.replace("USGS41", "USGS99"), (3, None, "unknown_term")),
        (RUN.replace("USGS41", ""), (3, "material", "missing_value")),
        ("raw,assigned\n1,1\n2,\n", (2, None, "not_enough_data")),
        ("raw,assigned,scale\n1,1,\n2,2,\n3,,VPDB\n", (4, "scale", "mixed_scales")),
        (
            "raw,assigned,position,role\n0,0,,\n9,9,,\n1,1,1,qc\n2,1,2,qc\n3,1,3,qc\n",
            (2, "position", "missing_value"),
        ),
    ],
)
def test_runs_that_cannot_be_normalised_are_refused(text, problem):
    assert refusals("normalise-delta", text, options=LSVEC)[0] == problem


def test_maize_in_a_c3_soil():
    text = "delta_m,delta_c3,delta_c4,u_m,u_a,u_b\n-24.6,-26.8,-12.3,0.15,0.2,0.2\n"
    (row,) = answers("mixing", text)

    assert row["share_b"] == pytest.approx(0.1517, abs=5e-5)
    assert row["u_share_b"] == pytest.approx(0.0158, abs=5e-5)
    assert row["share_a"] + row["share_b"] == 1


def test_shares_of_carbon_and_of_mass_differ_with_concentrations():
    text = "delta_mixture,delta_a,delta_b,carbon_a,carbon_b\n-20,-28,-12,2,40\n"
    (row,) = answers("mixing", text, options={"isotope": "15N"})

    assert (row["share_b"], row["mass_share_b"]) == (0.5, pytest.approx(1 / 21))
    assert row["mass_share_a"] == pytest.approx(20 / 21)


THREE = "delta_mixture,delta_a,delta_b,delta_c"


def test_mixture_and_sources_are_on_one_scale():
    head = "delta_mixture,delta_a,delta_b,scale_mixture,scale_a"
    same = f"{head}\n-20,-28,-12,VPDB,VPDB\n"
    other = f"{head}\n-20,-28,-12,VPDB,VPDB-LSVEC\n"

    assert answers("mixing", same)[0]["share_b"] == 0.5
    assert refusals("mixing", other) == [(2, "scale_mixture", "mixed_scales")]


def test_three_sources_need_a_second_isotope():
    assert refusals("mixing", f"{THREE}\n-20,-28,-12,-26\n") == [(2, None, "under_determined")]


def test_three_sources_are_told_by_two_isotopes():
    """By hand: thirds of equal concentration: -22 and 13/3 permil."""
    elements = ",".join(f"{element}_{s}" for element in ("carbon", "nitrogen") for s in "abc")
    tracers = "delta15n_mixture,delta15n_a,delta15n_b,delta15n_c"
    text = f"{THREE},{tracers},{elements}\n-22,-28,-12,-26,4.333333333333333,1,3,9,1,1,1,1,1,1\n"
    (row,) = answers("mixing", text)
    missing = text.replace("1,1,1,1,1,1", ",1,1,1,1,1")

    assert [row[f"share_{s}"] for s in "abc"] == pytest.approx([1 / 3] * 3)
    assert [row[f"mass_share_{s}"] for s in "abc"] == pytest.approx([1 / 3] * 3)
    assert refusals("mixing", missing) == [(2, "carbon_a", "missing_value")]


FIELD = "x_soil_pct,background_pct,x_root_pct,root_background_pct,soil_n_kg_ha"


def test_labelled_roots_left_nitrogen_in_the_soil():
    text = (
        f"{FIELD},u_soil_pct,u_soil_background_pct,u_root_pct,plant_n,root_amount\n"
        "0.3820,0.3700,1.25,0.369,2000,0.0002,0.0002,0.02,100,50\n"
    )
    (row,) = answers("rhizodeposition", text)

    assert row["isotope_used"] == "15N"
    assert row["share_of_soil"] == pytest.approx(0.01362, abs=5e-6)
    assert row["amount"] == pytest.approx(27.2, abs=0.05)
    assert row["u_amount"] == pytest.approx(0.9, abs=0.05)
    assert row["share_of_plant"] == pytest.approx(27.24 / 127.24, abs=1e-4)
    assert row["ratio_to_root"] == pytest.approx(27.24 / 50, abs=1e-3)
    assert row["is_detected"]


def test_labelled_roots_left_carbon_in_the_soil():
    names = "soil,soil_background,root,root_background"
    head = ",".join(f"delta_{name}" for name in names.split(","))
    text = (
        f"scale,{head},u_soil,u_soil_background,soil_stock\nVPDB,-26.2,-27,60,-28.5,.1,.1,36000\n"
    )
    (row,) = answers("rhizodeposition", text)

    assert row["amount"] == pytest.approx(326, abs=0.5)
    assert row["detection_amount"] == pytest.approx(122, abs=0.5)


@pytest.mark.parametrize(
    ("extra", "value", "problem"),
    [
        ("washing_loss", "0.1", (2, "washing_loss", "counted_twice")),
        ("background_same_layer", "no", (2, None, "unfit_background")),
        ("soil_delta_permil", "50", (2, "scale", "mixed_scales")),
    ],
)
def test_what_would_be_wrong_by_a_rule_is_refused(extra, value, problem):
    text = f"{FIELD},isotope,{extra}\n0.382,0.37,1.25,0.369,2000,13C,{value}\n"

    assert refusals("rhizodeposition", text) == [problem]


def test_two_values_of_one_soil_are_refused():
    text = f"{FIELD},isotope,soil_delta_permil\n0.382,0.37,1.25,0.369,2000,15N,40\n"

    assert refusals("rhizodeposition", text) == [(2, "soil_delta_permil", "value_twice")]
