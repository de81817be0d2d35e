from __future__ import annotations

from pathlib import Path

import pytest

from estimates.models import EstimateResult
from estimates.orders import planning
from estimates.orders.planning import PlanWish, Typed, typed_plan
from estimates.science import replicates, student_t

PLAN = "/api/v1/planned-precision"
TYPED = {"mean": 100.0, "sd_block": 20.0, "sd_plot": 30.0, "sd_core": 40.0}


@pytest.fixture
def api(client_for, analyst):
    return client_for(analyst)


def test_typed_numbers_plan_a_mean_and_a_difference():
    """Mean of 100: (400 + 900 + 1600 / 4) / b = 1700 / b; b = 19: t(18) = 2.1009, 19.87 <= 20.

    Difference: 2 (900 + 400) / b = 2600 / b; b = 28: t(27) = 2.0518, 19.77; b = 27: 20.17.
    """
    found = typed_plan(Typed(**TYPED), PlanWish(relative_half_width=0.2, cores=(4,)))

    assert [(row.comparison, row.blocks) for row in found] == [("mean", 19), ("difference", 28)]
    assert found[0].half_width == pytest.approx(19.87, abs=0.01)


def test_what_no_layout_reaches_says_why():
    (row, _) = typed_plan(Typed(mean=1.0, sd_plot=90.0), PlanWish(cores=(1,)))

    assert row.blocks is None
    assert "allow a wider interval" in row.reason


def test_a_mean_of_nothing_has_no_share():
    (row, _) = typed_plan(Typed(mean=0.0, sd_plot=1.0), PlanWish(cores=(1,)))

    assert "a mean above 0" in row.reason


def test_no_scipy_is_loaded_to_plan():
    """A page answers the plan, and processes that answer pages load no heavy libraries."""
    texts = [Path(module.__file__).read_text() for module in (replicates, student_t, planning)]

    assert not any("import scipy" in text or "from scipy" in text for text in texts)


def test_the_variances_of_an_order_plan_the_next_campaign(api, client, analyst, finished):
    answer = api.get(f"{PLAN}?order={finished.pk}&relative_half_width=0.3&cores=1&cores=4")

    assert answer.status_code == 200, answer.content
    rows = answer.json()
    means = [row for row in rows if row["comparison"] == "mean"]
    treatments = EstimateResult.objects.filter(run__order=finished, level="treatment")
    assert len(means) == 2 * treatments.count()
    assert {row["method"] for row in rows} == {"measured_cores"}
    assert all(row["parameter_set"] and row["code_version"] for row in rows)
    by_cores = {
        cores: next(row for row in means if row["cores"] == cores)["blocks"] for cores in (1, 4)
    }
    assert by_cores[4] <= by_cores[1]
    assert all(row["shared_half_width"] >= 0 for row in rows)

    client.force_login(analyst)
    url = f"/projects/{finished.project_id}/estimates/planning/"
    page = client.get(f"{url}?order={finished.pk}&half_width_percent=30").content.decode()
    assert "Fewest blocks" in page
    assert str(means[0]["blocks"]) in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "order"),
        ("order=00000000-0000-4000-8000-000000000000&mean=3", "order"),
        ("sd_plot=3", "mean"),
        ("mean=3&half_width=0.2", "half_width"),
        ("mean=3&cores=0", "cores"),
    ],
)
def test_a_question_that_is_none_is_refused_by_name(api, query, field):
    answer = api.get(f"{PLAN}?{query}")

    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_another_projects_order_is_not_there(client_for, outsider, order):
    assert client_for(outsider).get(f"{PLAN}?order={order.pk}").status_code in (403, 404)


def test_the_page_takes_typed_numbers_and_asks_for_a_mean(client, analyst, project):
    client.force_login(analyst)
    url = f"/projects/{project.pk}/estimates/planning/"

    empty = client.get(url)
    typed = client.get(url, {**TYPED, "half_width_percent": 20})
    without = client.get(url, {"half_width_percent": 20})

    assert (empty.status_code, typed.status_code, without.status_code) == (200, 200, 422)
    assert "as typed" in typed.content.decode()
    assert "Choose an order, or type a mean" in without.content.decode()
