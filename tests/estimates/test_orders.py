from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from estimates.assembly import science_options
from estimates.errors import OrderFinished, OrderRefused
from estimates.models import EstimateOrder, EstimateResult, EstimateRun, ParameterSet
from estimates.orders import METHOD_NAMES, OPTIONS, Wish, cancel_order, order_estimates
from estimates.orders.options import checked_options
from estimates.runs.carry_out import complete_run
from estimates.runs.methods import METHODS
from sampling.errors import IdempotencyReused
from tests.estimates.conftest import complete

NOW = timezone.now


def place(trial, analyst, **wish):
    return order_estimates(trial.campaign, Wish(**wish), ordered_by=analyst, now=NOW())


def test_an_order_makes_a_run_for_every_plot_and_one_summary(trial, order):
    runs = EstimateRun.objects.filter(order=order)

    assert {run.plot_id for run in runs.of_plots()} == {plot.pk for plot in trial.plots}
    assert runs.filter(is_summary=True).count() == 1
    assert order.progress()["queued"] == 5


def test_an_order_starts_its_plots_when_it_is_committed(
    trial, analyst, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("estimates.runs.publish.current_app.send_task", sent_to(sent))

    with django_capture_on_commit_callbacks(execute=True):
        order = place(trial, analyst)
        before = list(sent)

    assert before == []
    plots = EstimateRun.objects.filter(order=order).of_plots()
    assert set(sent) == {str(run.pk) for run in plots}


def sent_to(sent):
    return lambda name, kwargs, **_: sent.extend(kwargs["run_ids"])


def test_an_order_of_some_plots_leaves_the_others_alone(trial, analyst):
    order = place(trial, analyst, plots=[trial.plots[1].pk])

    assert EstimateRun.objects.filter(order=order).of_plots().get().plot == trial.plots[1]


def test_the_same_id_again_gives_the_same_order(trial, analyst):
    own = uuid.uuid4()
    first = place(trial, analyst, id=own)

    again = place(trial, analyst, id=own)

    assert again == first
    assert EstimateOrder.objects.count() == 1


def test_the_same_id_with_another_wish_is_refused(trial, analyst):
    own = uuid.uuid4()
    place(trial, analyst, id=own, seed=1)

    with pytest.raises(IdempotencyReused):
        place(trial, analyst, id=own, seed=2)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"methods": ["guess"]}, "'guess' is no method; the methods are: measured_cores"),
        ({"methods": []}, "Order one method or more"),
        ({"options": {"rout": "A"}}, "rout is no option"),
        ({"options": {"route": "C"}}, "route is one of: A, B"),
        ({"options": {"digits": 3}}, "digits is a whole number from 1 to 2"),
        ({"options": {"target_depth_cm": 0}}, "target_depth_cm is a depth above 0"),
        ({"options": {"washing_loss": {"value": 0.1}}}, "washing_loss is"),
        ({"options": {"kinds": ["leaf"]}}, "kinds is a list of"),
        ({"plots": [uuid.UUID(int=1)]}, "no plots of the campaign"),
        ({"seed": -1}, "A seed is a whole number"),
    ],
)
def test_an_order_nobody_can_carry_out_is_refused_in_words(trial, analyst, wish, said):
    with pytest.raises(OrderRefused, match=said):
        place(trial, analyst, **wish)

    assert not EstimateOrder.objects.exists()


def test_an_order_names_every_problem_of_its_options():
    with pytest.raises(OrderRefused) as caught:
        checked_options({"route": "C", "digits": 0})

    pointers = [problem["pointer"] for problem in caught.value.extra["problems"]]
    assert pointers == ["/options/route", "/options/digits"]


def test_a_campaign_without_plots_is_refused(bare_trial, analyst):
    with pytest.raises(OrderRefused, match="has no plots yet"):
        place(bare_trial, analyst)


@pytest.mark.parametrize(
    "options",
    [
        {"route": "A", "extraneous": "picked", "washing_loss": None, "rhizodeposition": "ley"},
        {"washing_loss": {"value": 0.1, "uncertainty": 0.02, "from_labelling": True}},
        {"rhizodeposition": {"value": 0.5, "uncertainty": 0.1}},
        {"target_depth_cm": 100, "extrapolate": True, "digits": 2, "maximum_draws": 100_000},
        {"counts_dead": False, "kinds": ["root", "rhizome"], "target_depth_cm": None},
    ],
)
def test_every_option_an_order_takes_is_one_the_science_takes(options):
    given = science_options(checked_options(options), seed=1)

    assert given.seed == 1


def test_the_options_of_orders_and_of_the_science_have_the_same_names():
    assert {*OPTIONS, "seed"} == set(science_options({}, seed=1).__dataclass_fields__)


def test_every_method_that_can_be_ordered_can_be_computed():
    assert set(METHOD_NAMES) == set(METHODS)


def test_the_first_order_loads_the_parameter_sets(trial, analyst):
    assert not ParameterSet.objects.exists()

    order = place(trial, analyst)

    assert EstimateRun.objects.filter(order=order, parameter_set__method="measured_cores").exists()


def test_cancelling_keeps_what_is_finished(trial, order, analyst):
    first = EstimateRun.objects.of_plots().first()
    complete_run(first.pk, worker="here")

    cancel_order(order, cancelled_by=analyst, now=NOW())

    progress = order.progress()
    assert (progress["succeeded"], progress["cancelled"]) == (1, 4)
    assert EstimateResult.objects.filter(run=first).exists()


def test_a_cancelled_run_is_not_computed(order, analyst):
    cancel_order(order, cancelled_by=analyst, now=NOW())

    complete(order)

    assert not EstimateResult.objects.exists()


def test_a_finished_order_cannot_be_cancelled(finished, analyst):
    with pytest.raises(OrderFinished):
        cancel_order(finished, cancelled_by=analyst, now=NOW())


def test_progress_is_counted_in_one_query(order, django_assert_num_queries):
    with django_assert_num_queries(1):
        progress = order.progress()

    assert progress["total"] == 5


def test_two_requests_with_one_id_at_once_make_one_order(trial, analyst, monkeypatch):
    own = uuid.uuid4()
    first = place(trial, analyst, id=own)
    looks = iter([None, first])
    monkeypatch.setattr("estimates.orders.place._known", lambda *_args: next(looks))

    assert place(trial, analyst, id=own) == first
