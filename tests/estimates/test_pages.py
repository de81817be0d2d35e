from __future__ import annotations

import pytest
from django.utils import timezone

from estimates.models import EstimateOrder, EstimateRun
from estimates.runs.carry_out import complete_run
from estimates.runs.stale import refresh_stale
from tests.estimates.trial import change


@pytest.fixture
def base(project):
    return f"/projects/{project.pk}/estimates/"


@pytest.fixture
def browser(client, analyst):
    client.force_login(analyst)
    return client


def test_the_list_shows_orders_and_the_form_to_analysts(browser, base, finished_plot):
    page = browser.get(base).content.decode()

    assert "Harvest 2026" in page
    assert "finished" in page
    assert "Order estimates" in page


def test_readers_see_the_orders_without_the_form(client, field_lead, base, finished_plot):
    client.force_login(field_lead)

    page = client.get(base).content.decode()

    assert "Harvest 2026" in page
    assert "Order estimates" not in page


def test_an_order_is_placed_by_the_form(browser, base, trial):
    form = {
        "campaign": trial.campaign.pk,
        "methods": ["measured_cores"],
        "route": "B",
        "extraneous": "none",
        "target_depth_cm": "60",
        "seed": 4,
    }

    answer = browser.post(base, form)

    order = EstimateOrder.objects.get()
    assert answer["location"] == f"{base}{order.pk}/"
    assert order.options == {
        "route": "B",
        "extraneous": "none",
        "target_depth_cm": 60.0,
        "extrapolate": False,
    }


def test_a_washing_loss_is_ordered_in_percent_with_its_error(browser, base, trial):
    form = {
        "campaign": trial.campaign.pk,
        "methods": ["measured_cores"],
        "seed": 1,
        "washing_loss": 8,
        "washing_loss_sd": 2,
        "soil_by": "carbon",
        "tracer": "14C",
    }

    assert browser.post(base, form).status_code == 302
    options = EstimateOrder.objects.get().options
    assert options["washing_loss"] == {"value": 0.08, "uncertainty": 0.02}
    assert (options["soil_by"], options["tracer"]) == ("carbon", "14C")


def test_a_wrong_form_is_shown_again_with_what_is_wrong(browser, base, trial):
    answer = browser.post(base, {"campaign": trial.campaign.pk, "seed": -1})

    assert answer.status_code == 422
    assert "greater than or equal to 0" in answer.content.decode()
    assert not EstimateOrder.objects.exists()


def test_an_order_that_is_refused_says_why(browser, base, bare_trial):
    form = {"campaign": bare_trial.campaign.pk, "methods": ["measured_cores"], "seed": 1}

    answer = browser.post(base, form)

    assert answer.status_code == 422
    assert "has no plots yet" in answer.content.decode()


def test_readers_may_not_place_orders(client, field_lead, base, trial):
    client.force_login(field_lead)

    assert client.post(base, {"campaign": trial.campaign.pk}).status_code == 403


def test_a_running_order_asks_for_its_progress_again(browser, base, order):
    complete_run(EstimateRun.objects.of_plots().first().pk, worker="here")

    page = browser.get(f"{base}{order.pk}/").content.decode()
    part = browser.get(f"{base}{order.pk}/progress", HTTP_HX_REQUEST="true")

    assert 'hx-trigger="every 2s"' in page
    assert "1 of 5 finished" in part.content.decode()
    assert "HX-Refresh" not in part


def test_progress_that_is_full_loads_the_page_anew(browser, base, finished_plot):
    part = browser.get(f"{base}{finished_plot.pk}/progress")

    assert part["HX-Refresh"] == "true"
    assert "hx-trigger" not in part.content.decode()


def test_a_finished_order_shows_plots_treatments_and_the_drawing(browser, base, finished):
    page = browser.get(f"{base}{finished.pk}/").content.decode()

    assert "P001" in page
    assert "Treatments" in page
    assert "intervals.svg" in page


def test_a_failed_plot_says_why(browser, base, trial, order):
    change(trial.plots[0], voided_at=timezone.now())
    run = EstimateRun.objects.get(plot=trial.plots[0])
    complete_run(run.pk, worker="here")

    of_order = browser.get(f"{base}{order.pk}/").content.decode()
    of_run = browser.get(f"{base}runs/{run.pk}/").content.decode()

    assert "P001 was withdrawn" in of_order
    assert "P001 was withdrawn" in of_run


def test_an_estimate_shows_depth_budget_notes_and_lineage(browser, base, finished_plot):
    run = EstimateRun.objects.of_plots().get()

    page = browser.get(f"{base}runs/{run.pk}/").content.decode()

    assert "By depth" in page
    assert "Share of the variance" in page
    assert "core segment: 6" in page
    assert "entered by lab_tech, verified by verifier" in page
    assert run.input_sha256 in page


def test_a_stale_estimate_leads_to_what_replaced_it(browser, base, trial, finished_plot):
    change(trial.fractions_of(trial.plots[0])[0], dry_mass_g=0.7)
    refresh_stale(now=timezone.now())
    old = EstimateRun.objects.get(plot=trial.plots[0], generation=0)
    new = EstimateRun.objects.get(plot=trial.plots[0], generation=1)

    page = browser.get(f"{base}runs/{old.pk}/").content.decode()

    assert "Out of date since" in page
    assert f"runs/{new.pk}/" in page


def test_a_drawing_is_answered_as_svg(browser, base, finished_plot):
    run = EstimateRun.objects.of_plots().get()

    assert browser.get(f"{base}runs/{run.pk}/profile.svg")["content-type"] == "image/svg+xml"
    assert browser.get(f"{base}runs/{run.pk}/nothing.svg").status_code == 404


def test_an_order_is_cancelled_from_its_page(browser, base, order):
    answer = browser.post(f"{base}{order.pk}/cancel", follow=True)

    assert "What was not finished is cancelled" in answer.content.decode()
    again = browser.post(f"{base}{order.pk}/cancel", follow=True)
    assert "finished already" in again.content.decode()


def test_the_file_is_downloaded_from_the_page(browser, base, finished_plot):
    answer = browser.get(f"{base}{finished_plot.pk}/results.csv")

    assert answer["content-disposition"].startswith('attachment; filename="estimates-')


def test_pages_of_other_projects_do_not_exist(client, outsider, base, finished_plot):
    client.force_login(outsider)
    run = EstimateRun.objects.of_plots().get()

    for path in ("", f"{finished_plot.pk}/", f"runs/{run.pk}/"):
        assert client.get(f"{base}{path}").status_code == 404


def test_orders_of_another_project_are_not_found_under_ones_own(
    client, outsider, other_project, finished_plot
):
    client.force_login(outsider)
    run = EstimateRun.objects.of_plots().get()
    own = f"/projects/{other_project.pk}/estimates/"

    assert client.get(f"{own}{finished_plot.pk}/").status_code == 404
    assert client.get(f"{own}runs/{run.pk}/").status_code == 404


@pytest.mark.parametrize(
    "model", ["estimateorder", "estimaterun", "estimateresult", "parameterset"]
)
def test_the_administration_shows_and_never_changes(admin_client, finished_plot, model):
    base = f"/admin/estimates/{model}/"
    row = {
        "estimateorder": finished_plot,
        "estimaterun": EstimateRun.objects.first(),
        "estimateresult": EstimateRun.objects.of_plots().get().results.first(),
        "parameterset": EstimateRun.objects.first().parameter_set,
    }[model]

    assert admin_client.get(base).status_code == 200
    assert admin_client.get(f"{base}{row.pk}/change/").status_code == 200
    if model != "parameterset":  # a new version is a new row
        assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{row.pk}/change/", {}).status_code == 403
