"""A trial of four plots and the order that asks for its estimates."""

from __future__ import annotations

import pytest
from django.utils import timezone

from estimates.models import EstimateOrder, EstimateRun
from estimates.orders import Wish, order_estimates
from estimates.runs.carry_out import complete_run
from sampling.models import Campaign, Project, Study, User, Variable
from tests.estimates.trial import Trial, plant, store
from tests.people import FRIDAY


@pytest.fixture
def bare_trial(project: Project, campaign: Campaign, lab_tech: User, verifier: User) -> Trial:
    carbon = Variable(
        project=project,
        scope=project.scope,
        received_at=FRIDAY,
        code="carbon_percent",
        analyte="carbon",
        unit="%",
    )
    store([carbon])
    return Trial(campaign=campaign, enterer=lab_tech, verifier=verifier, carbon=carbon)


@pytest.fixture
def trial(bare_trial: Trial, study: Study) -> Trial:
    plant(bare_trial, study, plots=4)
    return bare_trial


@pytest.fixture
def order(trial: Trial, analyst: User) -> EstimateOrder:
    return order_estimates(trial.campaign, Wish(seed=7), ordered_by=analyst, now=timezone.now())


def complete(order: EstimateOrder) -> None:
    """Carry out every run of an order in this process."""
    for run in EstimateRun.objects.active().of_plots().filter(order=order).order_by("pk"):
        complete_run(run.pk, worker="here")


@pytest.fixture
def finished(order: EstimateOrder) -> EstimateOrder:
    complete(order)
    return order


@pytest.fixture
def finished_plot(trial: Trial, analyst: User) -> EstimateOrder:
    """Return an order of a single plot, finished."""
    wish = Wish(plots=[trial.plots[0].pk])
    placed = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())
    complete(placed)
    return placed
