"""Scenarios and contrasts over HTTP: for machines and on pages."""

from __future__ import annotations

import csv
import io
import uuid

import pytest

from estimates.models import Contrast, Scenario
from tests.estimates.scenario_rows import BASELINE, OPTIONS, ROOTY, ask, carry_out, furnish, write

SCENARIOS = "/api/v1/scenarios"
CONTRASTS = "/api/v1/contrasts"
RESULTS = "/api/v1/contrast-results"


@pytest.fixture
def api(client_for, analyst):
    return client_for(analyst)


@pytest.fixture
def pages(client, analyst):
    client.force_login(analyst)
    return client


@pytest.fixture
def field(site):
    return furnish(site)


@pytest.fixture
def contrast(field, analyst):
    return ask(field, analyst, methods=["amg_v2"], soil_models=["icbm", "amg"])


@pytest.fixture
def answered(contrast):
    carry_out(contrast)
    return contrast


def home(project, tail=""):
    return f"/projects/{project.pk}/scenarios/{tail}"


def test_an_analyst_writes_scenarios_and_contrasts_them(api, field):
    bodies = [
        {"project": str(field.project_id), "name": name, "intervention": kind, "document": document}
        for name, kind, document in (
            ("as it is", "baseline", BASELINE),
            ("deep roots", "variety", ROOTY),
        )
    ]
    written = [api.post(SCENARIOS, body) for body in bodies]
    assert [answer.status_code for answer in written] == [201, 201], written[0].content
    stand = written[0].json()["document"]["years"][0]["stands"][0]
    assert stand["residues_returned"] == 1.0  # defaults are written down
    wish = {
        "project": str(field.project_id),
        "site": str(field.pk),
        "baseline": written[0].json()["id"],
        "intervention": written[1].json()["id"],
        "methods": ["amg_v2"],
        "soil_models": ["icbm"],
        "options": OPTIONS,
    }

    answer = api.post(CONTRASTS, wish)

    assert answer.status_code == 201, answer.content
    assert answer.json()["runs"][0]["state"] == "queued"
    contrast = Contrast.objects.get(pk=answer.json()["id"])
    carry_out(contrast)
    shown = api.get(f"{CONTRASTS}/{contrast.pk}").json()
    assert shown["runs"][0]["state"] == "succeeded"
    query = {"contrast": contrast.pk, "current": "true", "quantity": "soc", "kind": "difference"}
    rows = api.get(RESULTS, query).json()["results"]
    assert {row["horizon_years"] for row in rows} == {20, 50}
    assert {row["unit"] for row in rows} == {"t ha-1"}
    assert len(api.get(CONTRASTS, {"project": field.project_id}).json()["results"]) == 1
    assert len(api.get(SCENARIOS, {"intervention": "variety"}).json()["results"]) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"name": 3}, {"intervention": "magic"}, {"document": []}, {"document": {"years": 1}}],
)
def test_a_malformed_scenario_is_a_mistake_of_the_sender(api, field, body):
    given = {
        "project": str(field.project_id),
        "name": "x",
        "intervention": "baseline",
        "document": BASELINE,
    }

    assert api.post(SCENARIOS, {**given, **body} if body else {}).status_code in (400, 422, 201)
    assert Scenario.objects.count() == (1 if body == {"name": 3} else 0)


@pytest.mark.parametrize("options", [None, [], {"soc_t_ha": "x"}, {"soc_t_ha": None}, {"a": 1}])
def test_malformed_options_are_a_mistake_of_the_sender(api, contrast, options):
    wish = {
        "project": str(contrast.project_id),
        "site": str(contrast.site_id),
        "baseline": str(contrast.baseline_id),
        "intervention": str(contrast.intervention_id),
        "options": options,
    }

    assert api.post(CONTRASTS, wish).status_code in (400, 422)


def test_the_table_has_units_and_sources(api, answered):
    answer = api.get(f"{CONTRASTS}/{answered.pk}/results.csv")

    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    row = next(
        row
        for row in rows
        if (row["quantity"], row["kind"], row["horizon_years"], row["model"])
        == ("soc", "difference", "50", "amg")
    )
    assert row["unit"] == "t ha-1"
    assert row["method_version"] == "yield_allometry 2026.1"
    assert row["model_version"] == "AMG v2, stable share 0.65"
    assert float(row["difference_mean"]) == pytest.approx(
        float(row["intervention_mean"]) - float(row["baseline_mean"])
    )
    spread = next(row for row in rows if row["kind"] == "models")
    assert spread["difference_mean"] == ""


def test_drawings_are_svg(api, answered, pages, project):
    drawn = api.get(f"{CONTRASTS}/{answered.pk}/figures/stocks")
    shown = pages.get(home(project, f"contrasts/{answered.pk}/shares.svg"))

    for answer in (drawn, shown):
        assert answer["Content-Type"] == "image/svg+xml"
        assert answer.content.startswith(b"<?xml")
    assert api.get(f"{CONTRASTS}/{answered.pk}/figures/gone").status_code == 404
    assert pages.get(home(project, f"contrasts/{answered.pk}/gone.svg")).status_code == 404


def test_a_contrast_is_cancelled_once(api, contrast):
    assert api.post(f"{CONTRASTS}/{contrast.pk}/cancel").status_code == 200
    assert api.post(f"{CONTRASTS}/{contrast.pk}/cancel").status_code == 409


def test_other_projects_find_nothing(client_for, outsider, answered):
    api = client_for(outsider)

    for path in (
        f"{CONTRASTS}/{answered.pk}",
        f"{CONTRASTS}/{answered.pk}/results.csv",
        f"{SCENARIOS}/{answered.baseline_id}",
    ):
        assert api.get(path).status_code == 404
    assert api.get(RESULTS).json()["results"] == []


def test_an_unknown_project_is_not_found(api):
    body = {
        "project": str(uuid.uuid4()),
        "name": "x",
        "intervention": "baseline",
        "document": BASELINE,
    }

    assert api.post(SCENARIOS, body).status_code == 404


def test_lists_run_no_more_queries_for_more_rows(
    api, pages, answered, analyst, project, django_assert_max_num_queries
):
    for number in range(5):
        write(project, analyst, f"variety {number}", ROOTY)
    for path in (SCENARIOS, CONTRASTS, RESULTS):
        with django_assert_max_num_queries(8):
            api.get(path)
    with django_assert_max_num_queries(20):
        pages.get(home(project))


def rows_of_forms(**first):
    """Return what the form sends: one stand, everything else blank."""
    stand = {
        "year": 1,
        "crop": "winter wheat",
        "use": "main",
        "yield_t_ha": 6,
        "yield_variation": 0.1,
        "first_month": 10,
        "last_month": 8,
        "residues_returned": 1,
        "ground_share": 1,
        "root_factor": 1,
        "root_factor_variation": 0,
        **first,
    }
    sent = {f"stands-0-{name}": value for name, value in stand.items()}
    for prefix, total in (("stands", 1), ("amendments", 1)):
        sent |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
    amendment = {"year": 1, "kind": "manure", "carbon_t_ha": 2, "month": 10, "variation": 0.1}
    sent |= {f"amendments-0-{name}": value for name, value in amendment.items()}
    return {"name": "typed", "intervention": "amendment", "tillage": "reduced", "note": "", **sent}


def test_a_scenario_is_typed_into_a_form(pages, project):
    answer = pages.post(home(project, "new/"), rows_of_forms())

    scenario = Scenario.objects.get()
    assert answer.status_code == 302, answer.content.decode()
    year = scenario.document["years"][0]
    assert year["tillage"] == "reduced"
    assert year["stands"][0]["yield_t_ha"] == 6.0
    assert year["amendments"][0]["carbon_t_ha"] == 2.0
    page = pages.get(answer["Location"]).content.decode()
    assert "winter wheat" in page
    assert "manure" in page


def test_a_tree_row_is_typed_with_its_known_inputs(pages, project):
    pages.post(
        home(project, "new/"),
        rows_of_forms(crop="poplar", use="tree", ground_share=0.1, root_t_ha=1.5),
    )

    stated = Scenario.objects.get().document["years"][0]["stands"][0]["stated"]
    assert (stated["root_t_ha"], stated["rhizodeposit_t_ha"]) == (1.5, 0.0)


def test_a_copy_starts_from_the_scenario_it_is_made_from(pages, project, analyst):
    scenario = write(project, analyst, "as it is", BASELINE)

    page = pages.get(home(project, f"new/?from={scenario.pk}"))

    assert "as it is, changed" in page.content.decode()
    assert page.context["stands"].forms[0].initial["crop"] == "winter wheat"
    assert pages.get(home(project, "new/?from=x")).status_code == 404
    assert pages.get(home(project, "new/")).status_code == 200


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (rows_of_forms(yield_t_ha=-1), "greater than or equal to 0"),
        (rows_of_forms(year=13), "less than or equal to 12"),
        ({**rows_of_forms(), "name": ""}, "required"),
        (rows_of_forms(ground_share=1, crop="wheat", last_month=8, beta=0.3), "0.5"),
    ],
)
def test_what_does_not_fit_is_said_on_the_form(pages, project, sent, words):
    answer = pages.post(home(project, "new/"), sent)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_taken_name_is_said_on_the_form(pages, project, analyst):
    write(project, analyst, "typed", BASELINE)

    answer = pages.post(home(project, "new/"), rows_of_forms())

    assert answer.status_code == 422
    assert "another name" in answer.content.decode()


def test_two_scenarios_are_compared_from_the_page(pages, project, field, analyst):
    scenarios = [
        write(project, analyst, name, document)
        for name, document in (("as it is", BASELINE), ("deep", ROOTY))
    ]
    sent = {
        "baseline": scenarios[0].pk,
        "intervention": scenarios[1].pk,
        "site": field.pk,
        "soc_t_ha": 40,
        "soc_variation": 0.1,
        "stock_depth_cm": 23,
        "methods": ["amg_v2"],
        "soil_models": ["icbm"],
        "seed": 1,
    }

    answer = pages.post(home(project), sent)

    assert answer.status_code == 302, answer.content.decode()
    contrast = Contrast.objects.get()
    assert contrast.options == {"soc_t_ha": 40.0, "soc_variation": 0.1, "stock_depth_cm": 23.0}
    waiting = pages.get(answer["Location"]).content.decode()
    assert "looks again by itself" in waiting
    same = pages.post(home(project), {**sent, "intervention": scenarios[0].pk})
    assert same.status_code == 422
    assert "two different" in same.content.decode()
    assert pages.post(home(project), {**sent, "soc_t_ha": ""}).status_code == 422


def test_the_page_of_a_contrast_shows_every_number_with_its_interval(pages, project, answered):
    page = pages.get(home(project, f"contrasts/{answered.pk}/")).content.decode()

    assert "SOC after 50 years" in page
    assert "models apart" in page
    assert "not pooled" in page
    assert "equally likely: an assumption" in page
    assert "yield_allometry 2026.1" in page
    listed = pages.get(home(project)).content.decode()
    assert "deep roots" in listed
    file = pages.get(home(project, f"contrasts/{answered.pk}/results.csv"))
    assert file["Content-Type"].startswith("text/csv")


def test_a_contrast_that_cannot_be_says_why_on_its_page(pages, project, site, analyst):
    contrast = ask(site, analyst)
    carry_out(contrast)

    page = pages.get(home(project, f"contrasts/{contrast.pk}/")).content.decode()

    assert "has no clay" in page


def test_a_contrast_is_cancelled_from_its_page(pages, project, contrast):
    for words in ("is cancelled", "finished already"):
        answer = pages.post(home(project, f"contrasts/{contrast.pk}/cancel"), follow=True)
        assert words in answer.content.decode()
    assert pages.get(home(project, f"contrasts/{uuid.uuid4()}/")).status_code == 404
    assert pages.get(home(project, f"{uuid.uuid4()}/")).status_code == 404
