"""Several methods on the same plots: each refuses by name what it lacks, none is pooled unseen."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from django.utils import timezone

from estimates.models import EstimateResult, EstimateRun
from estimates.orders import Wish, order_estimates
from estimates.runs.carry_out import complete_run
from estimates.runs.methods import METHODS
from estimates.runs.registry import REGISTRY, set_of, source_of
from estimates.runs.stale import find_stale, recompute
from estimates.science.allometry.methods import FAMILY
from estimates.science.allometry.methods import METHODS as YIELD_METHODS
from sampling.models import CropStand, ManagementEvent
from tests.estimates.conftest import complete
from tests.estimates.trial import change, plant, store, synced

YIELDS = (6.1, 6.6, 5.7, 6.3)
TO_THE_DEEPEST_LAYER = {"target_depth_cm": 100}

pytestmark = pytest.mark.django_db


@pytest.fixture
def harvested(trial):
    """Return the trial with a yield on every plot, in t of fresh grain per ha."""
    for stand, amount in zip(CropStand.objects.order_by("plot__code"), YIELDS, strict=True):
        change(stand, yield_t_ha=amount, yield_moisture_percent=14.0)
    return trial


def placed(trial, analyst, *methods, plots=(), **options):
    wish = Wish(methods=methods, options=options, plots=plots, seed=3)
    return order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())


def ordered(trial, analyst, *methods, plots=(), **options):
    order = placed(trial, analyst, *methods, plots=plots, **options)
    complete(order)
    return order


def value(order, quantity="c_input", *, plot, method, level="plot"):
    return EstimateResult.objects.current().get(
        run__order=order, run__plot=plot, method=method, quantity=quantity, level=level
    )


CORES = ("measured_cores", "labelled_cores", "natural_abundance")


def test_the_table_of_methods_is_that_of_the_science():
    assert REGISTRY.keys() == METHODS.keys() == {*CORES, *YIELD_METHODS}
    assert (set_of(FAMILY), set_of("ensemble"), set_of("guess")) == (FAMILY, "ensemble", None)
    for name, method in YIELD_METHODS.items():
        assert set_of(name) == FAMILY
        assert (source_of(name), REGISTRY[name].needs) == (method.source, method.needs)


def test_a_harvest_gives_root_c_rhizodeposits_and_straw(harvested, analyst):
    """Bolinder: 6.1 t at 14 % moisture is 5.246 t; root C 0.118 / 0.322 x 0.45 of it."""
    plot = harvested.plots[0]

    order = ordered(harvested, analyst, "bolinder_2007", plots=[plot.pk])

    dry_c_g_m2 = 6.1 * 0.86 * 0.45 * 100
    root = value(order, "root_c_stock", plot=plot, method="bolinder_2007")
    assert root.mean == pytest.approx(dry_c_g_m2 * 0.118 / 0.322, rel=0.02)
    assert root.lower < root.mean < root.upper
    straw = value(order, "straw_c", plot=plot, method="bolinder_2007")
    assert straw.mean == pytest.approx(dry_c_g_m2 * 0.482 / 0.322, rel=0.02)
    parts = [
        value(order, quantity, plot=plot, method="bolinder_2007").mean
        for quantity in ("root_c_input", "rhizodeposit_c_input")
    ]
    total = value(order, plot=plot, method="bolinder_2007")
    assert total.mean == pytest.approx(sum(parts), rel=1e-9)
    assert total.run.parameter_set.method == FAMILY


@pytest.mark.parametrize(
    ("method", "code", "words"),
    [
        ("bolinder_2007", "yield_missing", "No yield is recorded for 'winter wheat'"),
        ("water_class", "season_water_missing", "give them in mm"),
        ("cover_crop", "unknown_crop", "no cover crop"),
    ],
)
def test_a_method_without_its_inputs_says_so_and_gives_nothing(trial, analyst, method, code, words):
    order = ordered(trial, analyst, method, plots=[trial.plots[0].pk])

    run = order.runs.get(is_summary=False)
    assert (run.state, run.failure_code) == ("failed", code)
    assert words in run.failure_reason
    assert not run.results.exists()


def test_a_yield_that_may_be_fresh_or_dry_is_not_guessed(trial, analyst):
    plot = trial.plots[0]
    change(plot.stands.get(), yield_t_ha=6.1)

    refused = ordered(trial, analyst, "bolinder_2007", plots=[plot.pk])
    taken = ordered(trial, analyst, "bolinder_2007", plots=[plot.pk], yield_moisture_percent=14)

    assert refused.runs.get(is_summary=False).failure_code == "yield_moisture_missing"
    run = taken.runs.get(is_summary=False)
    assert "moisture_assumed" in {note["code"] for note in run.details["notes"]}
    assert value(taken, plot=plot, method="bolinder_2007").mean > 0


def test_a_plot_without_a_crop_has_no_estimate_by_yield(bare_trial, study, analyst):
    plant(bare_trial, study, plots=1)
    change(CropStand.objects.get(), voided_at=timezone.now())

    order = ordered(bare_trial, analyst, "amg_v2")

    assert "No crop is recorded" in order.runs.get(is_summary=False).failure_reason


def test_methods_stand_side_by_side_and_their_spread_is_a_row_of_its_own(harvested, analyst):
    methods = ("measured_cores", "bolinder_2007", "fixed_root_c", "ipcc_2019_tier1")
    order = ordered(harvested, analyst, *methods, **TO_THE_DEEPEST_LAYER)
    plot = harvested.plots[0]

    members = [value(order, plot=plot, method=method).mean for method in methods[:3]]
    ensemble = value(order, plot=plot, method="ensemble")
    spread = value(order, plot=plot, method="ensemble", level="plot_spread")
    assert ensemble.mean == pytest.approx(sum(members) / 3)
    assert (spread.lower, spread.upper) == (min(members), max(members))
    mean = sum(members) / 3
    assert spread.sd**2 == pytest.approx(sum((member - mean) ** 2 for member in members) / 2)
    assert ensemble.sd > spread.details["within_sd"]
    assert [item["method"] for item in spread.details["members"]] == sorted(methods[:3])

    roots = value(order, "root_c_stock", plot=plot, method="ensemble")
    assert len(roots.details["members"]) == 4  # roots only is roots nonetheless
    assert "roots_only_left_out" in {note["code"] for note in ensemble.run.details["notes"]}
    assert {run.state for run in order.runs.all()} == {"succeeded"}

    treatments = EstimateResult.objects.filter(run__order=order, method="ensemble").exclude(
        treatment=None
    )
    assert {row.level for row in treatments} == {"treatment", "treatment_spread"}
    assert treatments.filter(quantity="c_input", level="treatment").count() == 2


def test_methods_that_reach_different_depths_are_told_apart(harvested, analyst):
    plot = harvested.plots[0]

    order = ordered(harvested, analyst, "measured_cores", "amg_v2", plots=[plot.pk])

    notes = value(order, plot=plot, method="ensemble").run.details["notes"]
    (told,) = [note for note in notes if note["code"] == "depths_differ"]
    assert "measured_cores to 100 cm" in told["message"] or "amg_v2 all roots" in told["message"]


def test_with_one_method_left_there_is_no_ensemble_and_the_reason_is_given(trial, analyst):
    plot = trial.plots[0]

    order = ordered(trial, analyst, "measured_cores", "amg_v2", plots=[plot.pk])

    run = order.runs.get(method="ensemble", plot=plot)
    assert run.failure_code == "not_enough_data"
    assert "without one: amg_v2" in run.failure_reason


def test_one_method_makes_no_ensemble(harvested, analyst):
    order = placed(harvested, analyst, "amg_v2")

    assert not order.runs.filter(method="ensemble").exists()


def test_an_ensemble_waits_for_every_method_on_its_plot(harvested, analyst):
    plot = harvested.plots[0]
    order = placed(harvested, analyst, "bolinder_2007", "amg_v2", plots=[plot.pk])
    ensemble = order.runs.get(method="ensemble", plot=plot)

    assert not complete_run(ensemble.pk, worker="here")
    for run in order.runs.of_plots().exclude(method="ensemble"):
        assert complete_run(run.pk, worker="here")

    ensemble.refresh_from_db()
    assert ensemble.state == "succeeded"
    assert order.progress()["succeeded"] == order.progress()["total"] == 6


def test_a_corrected_yield_makes_its_estimates_and_their_ensemble_again(harvested, analyst):
    plot, other = harvested.plots[:2]
    methods = ("bolinder_2007", "amg_v2")
    order = ordered(harvested, analyst, *methods, plots=[plot.pk, other.pk])
    before = value(order, plot=plot, method="ensemble").mean

    change(plot.stands.get(), yield_t_ha=8.2)
    found = find_stale(order)
    again = recompute(order, found, now=timezone.now())
    for run in again:
        complete_run(run, worker="here")

    assert {run.method for run in found} == set(methods)
    assert all("crop stand" in cause for cause in found.values())
    assert value(order, plot=plot, method="ensemble").mean > before
    assert value(order, plot=other, method="ensemble").run.generation == 0
    assert not EstimateRun.objects.active().exists()
    assert find_stale(order) == {}


def test_a_cover_crop_is_told_by_its_days_when_nobody_weighed_it(bare_trial, study, analyst):
    plant(bare_trial, study, plots=1, year=2026)
    stand = CropStand.objects.get()
    change(stand, kind="cover", species="phacelia")
    setting = synced(bare_trial.campaign, captured=False)
    days = {"cover_crop_sown": date(2025, 8, 20), "cover_crop_terminated": date(2026, 3, 8)}
    store(
        [
            ManagementEvent(
                **setting, plot=stand.plot, kind=kind, happened_on=on, date_precision="day"
            )
            for kind, on in days.items()
        ]
    )

    order = ordered(bare_trial, analyst, "cover_crop")

    # 200 days: 1596 kg of shoot C and 435 kg of root C per ha
    straw = value(order, "straw_c", plot=stand.plot, method="cover_crop")
    roots = value(order, "root_c_stock", plot=stand.plot, method="cover_crop")
    assert (straw.mean, roots.mean) == pytest.approx((159.6, 43.5), rel=0.02)
    assert "management_event" in {item.kind for item in roots.run.inputs.all()}


def test_species_of_a_mixture_share_the_ground_and_trees_are_named(bare_trial, study, analyst):
    plant(bare_trial, study, plots=1)
    stand = CropStand.objects.get()
    shares = {"winter wheat": 0.6, "faba bean": 0.4}
    change(
        stand,
        species="intercrop",
        species_shares=shares,
        yield_t_ha=5.0,
        yield_moisture_percent=0.0,
    )
    setting = synced(bare_trial.campaign, captured=False)
    store([CropStand(**setting, plot=stand.plot, season=2026, species="willow", kind="tree")])

    order = ordered(bare_trial, analyst, "amg_v2")

    # Y / (SR HI) x 0.40, of each by its share, in g per m2
    wheat, bean = 5.0 / (7.517 * 0.479) * 40, 5.0 / (4.04 * 0.531) * 40
    roots = value(order, "root_c_stock", plot=stand.plot, method="amg_v2")
    assert roots.mean == pytest.approx(0.6 * wheat + 0.4 * bean, rel=0.02)
    assert "tree_left_out" in {note["code"] for note in roots.run.details["notes"]}


def test_the_page_and_the_file_show_methods_their_sources_and_their_spread(
    harvested, analyst, client
):
    plot = harvested.plots[0]
    methods = ("bolinder_2007", "fixed_root_c")
    order = ordered(harvested, analyst, *methods, plots=[plot.pk])
    client.force_login(analyst)
    base = f"/projects/{harvested.campaign.project_id}/estimates/"
    run = order.runs.get(method="ensemble", plot=plot)

    page = client.get(f"{base}{order.pk}/").content.decode()
    of_run = client.get(f"{base}runs/{run.pk}/").content.decode()
    file = client.get(f"{base}{order.pk}/results.csv").content.decode()

    assert "Between methods" in page
    assert "(fixed_root_c)" in page
    assert "What the methods say" in of_run
    assert "methods.svg" in of_run
    lines = list(csv.DictReader(file.splitlines()))
    spread = next(line for line in lines if line["level"] == "plot_spread")
    assert (spread["method"], spread["unit"]) == ("ensemble", "g m-2 a-1")
    straw = next(line for line in lines if line["quantity"] == "straw_c")
    assert "doi:10." in straw["source"]
    assert straw["parameter_set_name"] == FAMILY


def test_an_order_by_the_form_may_name_methods_by_yield(harvested, analyst, client):
    client.force_login(analyst)
    base = f"/projects/{harvested.campaign.project_id}/estimates/"
    form = {
        "campaign": harvested.campaign.pk,
        "methods": ["amg_v2", "ipcc_2019_tier2"],
        "yield_moisture_percent": "14",
        "seed": 1,
    }

    answer = client.post(base, form)

    assert answer.status_code == 302
    order = EstimateRun.objects.first().order
    assert order.methods == ["amg_v2", "ipcc_2019_tier2"]
    assert order.options["yield_moisture_percent"] == 14.0
