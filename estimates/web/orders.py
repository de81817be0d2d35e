"""Pages of orders: the list with its form, one order while it runs and when it is done."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from estimates.errors import OrderFinished
from estimates.models import (
    SPREAD_LEVELS,
    EstimateFigure,
    EstimateOrder,
    EstimateResult,
    EstimateRun,
    TreatmentContrast,
)
from estimates.orders import cancel_order, order_estimates
from estimates.orders.table import csv_answer
from estimates.web.forms import OrderForm
from sampling.errors import NotFound, RootfieldError
from sampling.web.pages import ProjectPage, sentences_of

READ, ORDER = "estimate.read", "estimate.order"


class OrdersPage(ProjectPage):
    """The orders of a project, and the form for another."""

    permission = READ
    change_permission = ORDER
    template = "estimates/orders.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the orders, the latest first."""
        chosen = self.chosen_campaign()
        form = OrderForm(project=self.project, initial={"campaign": chosen} if chosen else None)
        return self._shown(form)

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Place an order and go to its page."""
        form = OrderForm(request.POST, project=self.project)
        if not form.is_valid():
            return self._shown(form, status=422)
        try:
            order = order_estimates(
                form.cleaned_data["campaign"],
                form.wish(),
                ordered_by=self.user,
                now=timezone.now(),
            )
        except RootfieldError as error:
            for sentence in sentences_of(error):
                form.add_error(None, sentence)
            return self._shown(form, status=422)
        self.say("The estimates are ordered.")
        return redirect("estimates:order", project_id=self.project.pk, order_id=order.pk)

    def _shown(self, form: OrderForm, *, status: int = 200) -> HttpResponse:
        rows = EstimateOrder.objects.filter(project=self.project).for_display()
        chosen = self.chosen_campaign()
        if chosen is not None:
            rows = rows.filter(campaign=chosen)
        page = self.page_of(rows.with_counts())
        context = {"form": form, "page": page, "campaign": chosen, **self.may(ORDER)}
        return self.shown(context, status=status)


class OrderBase(ProjectPage):
    """A page of one order."""

    permission = READ
    change_permission = ORDER

    def order_of(self, order_id: uuid.UUID) -> EstimateOrder:
        """Return an order of the project; raises NotFound."""
        orders = EstimateOrder.objects.filter(project=self.project, pk=order_id)
        order = orders.for_display().first()
        if order is None:
            raise NotFound
        return order


class OrderPage(OrderBase):
    """How far an order is, and what it found."""

    template = "estimates/order.html"

    def get(self, request: HttpRequest, order_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the order; while it runs, its progress asks again by itself."""
        order = self.order_of(order_id)
        return self.shown({**found_by(order), **self.may(ORDER)})


class ProgressPart(OrderBase):
    """The part of the page that counts; it reloads the page when the count is full."""

    template = "estimates/progress.html"

    def get(self, request: HttpRequest, order_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Answer the counts."""
        order = self.order_of(order_id)
        progress = order.progress()
        answer = self.shown({"order": order, "progress": progress})
        if progress["finished"] == progress["total"]:
            answer["HX-Refresh"] = "true"
        return answer


class CancelOrder(OrderBase):
    """Takes an order back."""

    permission = ORDER

    def post(self, request: HttpRequest, order_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Cancel what is not finished and go back to the order."""
        order = self.order_of(order_id)
        try:
            cancel_order(order, cancelled_by=self.user, now=timezone.now())
            self.say("What was not finished is cancelled.")
        except OrderFinished as error:
            self.say(error.detail)
        return redirect("estimates:order", project_id=self.project.pk, order_id=order.pk)


class OrderFile(OrderBase):
    """The results of an order as a file."""

    def get(self, request: HttpRequest, order_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Answer the table."""
        return csv_answer(self.order_of(order_id))


def found_by(order: EstimateOrder) -> dict[str, Any]:
    """Return what the page of an order shows, in a number of queries that does not grow."""
    newest = (
        EstimateRun.objects.filter(order=order)
        .newest()
        .of_plots()
        .select_related("plot__study", "plot__block", "plot__treatment", "parameter_set")
        .defer("details", "parameter_set__content")
        .order_by("plot__study__code", "plot__code", "method")
    )
    results = EstimateResult.objects.filter(run__order=order).current()
    of_plots = results.filter(level="plot").select_related("run").defer("run__details")
    found: dict[tuple[uuid.UUID | None, str], dict[str, EstimateResult]] = {}
    for result in of_plots:
        by_quantity = found.setdefault((result.run.plot_id, result.method), {})
        by_quantity[result.quantity] = result
    figures = EstimateFigure.objects.filter(
        run__in=EstimateRun.objects.current().filter(order=order, is_summary=True)
    )
    runs = list(newest)
    return {
        "order": order,
        "versions": sorted({run.code_version for run in runs if run.code_version}),
        "campaign": order.campaign,
        "progress": order.progress(),
        "rows": [(run, found.get((run.plot_id, run.method), {})) for run in runs],
        "treatments": results.filter(level="treatment")
        .select_related("treatment__study", "run__parameter_set")
        .defer("run__details", "run__parameter_set__content")
        .order_by("quantity", "treatment__study__code", "treatment__code", "method"),
        "spreads": results.filter(level__in=SPREAD_LEVELS)
        .select_related("run__plot__study", "treatment__study")
        .defer("run__details")
        .order_by("quantity", "level", "run__plot__code", "treatment__code"),
        "contrasts": TreatmentContrast.objects.filter(run__order=order).current().for_display(),
        "without_contrast": without_contrast(order),
        "figures": figures.defer("svg"),
    }


def without_contrast(order: EstimateOrder) -> list[str]:
    """Return why studies of an order have no contrast, in a sentence each."""
    summaries = EstimateRun.objects.current().filter(order=order, is_summary=True)
    found = summaries.values_list("details__without_contrast", flat=True)
    return sorted({sentence for sentences in found for sentence in sentences or ()})
