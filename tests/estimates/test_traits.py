from __future__ import annotations

import csv
import io
import uuid

import pytest

from estimates.science.depth import fit_beta
from estimates.science.traits.rooting_depth import fitted_beta
from estimates.traits.samples import Layer, PlotSamples, Sample, grown
from estimates.traits.table import TraitTable, traits_csv, traits_of, traits_of_plot
from sampling.models import CropStand, Measurement, Variable
from tests.estimates.trial import change, plant, store
from tests.people import FRIDAY


def sample(mass=0.5, classes=None, **values):
    given = {name: [value] for name, value in values.items()}
    return Sample(dry_mass_g=mass, values=given, classes=classes or {})


def layer(*samples, upper=0.0, lower=10.0, volume=280.0, mass=0.5):
    return Layer(
        core=uuid.UUID(int=1),
        upper_depth_cm=upper,
        lower_depth_cm=lower,
        soil_volume_cm3=volume,
        dry_mass_g=mass,
        samples=list(samples),
    )


def plot(*layers, **others):
    return PlotSamples(plot="P1", species="wheat", variety="A", layers=list(layers), **others)


def test_the_traits_of_a_scan_are_those_of_a_hand_calculation():
    """10 m of 0.25 mm root in 0.0491 g: SRL 203.7 m per g, RTD 0.1 g per cm3; 1000 / 280 cm3."""
    scan = sample(
        mass=0.0491,
        root_length=1000.0,
        root_surface_area=78.54,
        root_volume=0.491,
        mean_diameter=0.25,
        root_tips=500.0,
        fresh_mass=0.491,
    )

    found, notes = traits_of_plot(plot(layer(scan)))

    assert found["specific_root_length", None] == pytest.approx(203.7, abs=0.1)
    assert found["specific_root_area", None] == pytest.approx(1599.6, abs=0.1)
    assert found["tissue_density", None] == pytest.approx(0.1)
    assert found["dry_matter_content", None] == pytest.approx(0.1)
    assert found["branching_density", None] == 0.5
    assert found["mean_diameter", None] == 0.25
    assert found["root_length_density", (0.0, 10.0)] == pytest.approx(1000 / 280)
    assert notes == []


def test_length_diameter_and_density_that_fit_no_root_are_told():
    scan = sample(mass=1.0, root_length=1000.0, root_volume=0.5, mean_diameter=2.0)

    _, notes = traits_of_plot(plot(layer(scan)))

    assert "do not fit one root" in notes[0]


def test_classes_of_diameter_give_length_and_fine_share():
    classes = {(0.0, 0.5): 60.0, (0.5, 2.0): 30.0, (2.0, None): 10.0}
    gap = {(0.0, 0.5): 60.0, (1.0, None): 10.0}

    whole, _ = traits_of_plot(plot(layer(sample(mass=0.1, classes=classes))))
    split, _ = traits_of_plot(plot(layer(sample(mass=0.1, classes=gap))))
    other, _ = traits_of_plot(plot(layer(sample(mass=0.1, classes={(0.0, None): 1.0}))))

    assert whole["fine_length_share", None] == pytest.approx(0.9)
    assert whole["specific_root_length", None] == pytest.approx(10.0)
    assert ("fine_length_share", None) not in split
    assert ("fine_length_share", None) not in other


def test_a_profile_without_a_gap_gives_depth_traits():
    layers = [layer(upper=u, lower=u + 10, mass=m) for u, m in ((0, 4.0), (10, 2.0), (20, 2.0))]

    whole, _ = traits_of_plot(plot(*layers))
    gap, _ = traits_of_plot(plot(layers[0], layers[2]))
    short, _ = traits_of_plot(plot(*layers[:2]))

    assert whole["d50", None] == 10.0
    assert whole["d95", None] == pytest.approx(28.0)  # 7.6 of 8 g: 20 + 10 x 1.6 / 2
    assert 0.9 < whole["beta", None] < 1.0
    assert ("d50", None) not in gap
    assert ("beta", None) not in short


@pytest.mark.parametrize("mass", [[2.5, 0.3, 0.2, 0.1], [1.0, 1.0, 1.0, 1.0], [5.0, 0.0, 0.0, 1.0]])
def test_beta_without_scipy_is_beta_with_it(mass):
    depths = [30.0, 60.0, 90.0, 120.0]
    cumulative = [sum(mass[: n + 1]) for n in range(4)]

    found = fitted_beta(depths, [each / cumulative[-1] for each in cumulative])

    assert found == pytest.approx(fit_beta(depths, cumulative).beta, abs=1e-6)


def test_crowns_and_densities_as_given():
    given = plot(
        layer(sample(root_length_density=2.0)),
        crowns={"root_angle": [30.0, 50.0], "branching_score": [4.0]},
    )

    found, _ = traits_of_plot(given)

    assert found["root_angle", None] == 40.0
    assert found["branching_score", None] == 4.0
    assert found["root_length_density", (0.0, 10.0)] == 2.0


def test_a_mixture_is_no_variety():
    one = CropStand(season=2026, species="wheat", variety="A")
    old = CropStand(season=2025, species="maize")
    mixed = CropStand(season=2026, species="mix", species_shares={"pea": 0.5, "oat": 0.5})

    assert grown([one, old]) == ("wheat", "A")
    assert grown([mixed]) == ("several", "")
    assert grown([]) == ("", "")


def test_a_name_that_is_a_formula_runs_in_no_spreadsheet():
    table = traits_csv(TraitTable(rows=[], notes=[]))

    assert table.startswith("species,variety,trait,groot,unit")


@pytest.fixture
def api(client_for, analyst):
    return client_for(analyst)


@pytest.fixture
def pages(client, analyst):
    client.force_login(analyst)
    return client


def test_traits_of_a_campaign_are_on_a_page_in_a_file_and_over_the_api(
    bare_trial, study, project, api, pages, django_assert_num_queries
):
    plant(bare_trial, study, plots=2, cores=1)
    for number, planted in enumerate(bare_trial.plots):
        change(planted.stands.get(), variety="=Deep" if number else "Apache")
    lengths = Variable(
        project=project,
        scope=project.scope,
        received_at=FRIDAY,
        code="scan_length",
        analyte="root_length",
        unit="m",
    )
    odd = Variable(
        project=project,
        scope=project.scope,
        received_at=FRIDAY,
        code="odd",
        analyte="root_volume",
        unit="ells",
    )
    store([lengths, odd])
    fraction = bare_trial.fractions[0]
    captured = {"project": project, "scope": fraction.scope, "received_at": FRIDAY}
    store(
        [
            Measurement(**captured, root_fraction=fraction, variable=each, value=52.0)
            for each in (lengths, odd)
        ]
    )
    with django_assert_num_queries(5):
        table = traits_of(bare_trial.campaign)

    # 52 m of root in 0.52 g; three layers of mass in every plot
    named = {(row.variety, row.trait): row for row in table.rows}
    assert named["Apache", "specific_root_length"].mean == pytest.approx(100.0)
    assert named["Apache", "specific_root_length"].groot == "Specific_root_length"
    assert {"d50", "d95", "beta"} <= {trait for variety, trait in named if variety == "=Deep"}
    assert "root_volume in ells" in table.notes[0]

    answer = api.get(f"/api/v1/variety-traits?campaign={bare_trial.campaign.pk}")
    assert len(answer.json()["rows"]) == len(table.rows)
    assert api.get("/api/v1/variety-traits").status_code == 400
    stranger = f"/api/v1/variety-traits?campaign={uuid.uuid4()}"
    assert api.get(stranger).status_code == 404
    url = f"/projects/{project.pk}/estimates/traits/{bare_trial.campaign.pk}/"
    assert "Specific_root_length" in pages.get(url).content.decode()
    rows = list(csv.DictReader(io.StringIO(pages.get(f"{url}traits.csv").content.decode())))
    assert {row["variety"] for row in rows} == {"Apache", "'=Deep"}
