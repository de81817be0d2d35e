"""Bulk entries of the laboratory: what became of each row, and taking an entry back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.lab_batches import can_undo, undo_batch
from sampling.errors import NotFound, RootfieldError
from sampling.models import Determination, ImportBatch
from sampling.web.pages import ROWS_A_PAGE, ProjectPage, sentences_of


class Batches(ProjectPage):
    """The bulk entries of a project, the latest first."""

    permission = "lab.read"
    template = "lab/batches.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show who entered what when, and whether it can still be taken back."""
        batches = (
            ImportBatch.objects.filter(project=self.project)
            .select_related("created_by")
            .defer("answer")
            .annotate(counts=KeyTransform("counts", "answer"))
            .order_by("-created_at", "pk")
        )
        return self.shown({"page": self.page_of(batches), "now": timezone.now()})


class Batch(ProjectPage):
    """One bulk entry, row by row."""

    permission = "lab.read"
    change_permission = "lab.enter"
    template = "lab/batch.html"

    def get(self, request: HttpRequest, batch_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the rows; `?status=` keeps those that ended so."""
        return self._page(self._batch(batch_id))

    def post(self, request: HttpRequest, batch_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Take the entry back."""
        batch = self._batch(batch_id)
        try:
            undo_batch(batch.pk, user=self.user, at=timezone.now(), client="page")
        except RootfieldError as error:
            return self._page(batch, problems=sentences_of(error), status=error.status)
        self.say("Taken back: its results are discarded, what they replaced stands again.")
        return redirect("lab:batch", self.project.pk, batch.pk)

    def _batches(self) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.filter(project=self.project).select_related("created_by")

    def _batch(self, batch_id: uuid.UUID) -> ImportBatch:
        batch = self._batches().filter(pk=batch_id).first()
        if batch is None:
            raise NotFound
        return batch

    def _page(
        self, batch: ImportBatch, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        rows = batch.answer.get("rows", [])
        statuses = sorted({str(row["status"]) for row in rows})
        chosen = self.request.GET.get("status", "")
        if chosen in statuses:
            rows = [row for row in rows if row["status"] == chosen]
        page = Paginator(rows, ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        return self.shown(
            {
                "batch": batch,
                "counts": batch.answer.get("counts", {}),
                "page": page,
                "rows": named(page.object_list),
                "statuses": statuses,
                "chosen": chosen,
                "can_undo": can_undo(batch, at=timezone.now()),
                "problems": problems,
                **self.may("lab.enter"),
            },
            status=status,
        )


def named(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of an entry with their specimen and variable, where those are known."""
    listed = list(rows)
    ids = [row["result"] for row in listed if row.get("result")]
    results = Determination.objects.filter(pk__in=ids).select_related("specimen", "variable")
    by_id = {str(result.pk): result for result in results}
    found = []
    for row in listed:
        sent = row.get("sent") or {}
        result = by_id.get(str(row.get("result")))
        specimen = result.specimen.code if result else sent.get("specimen") or row.get("ref")
        variable = result.variable.code if result else sent.get("variable")
        found.append({**row, "specimen": specimen, "variable": variable})
    return found
