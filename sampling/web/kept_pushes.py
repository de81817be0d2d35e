"""Pushes that were kept whole and not applied: of withdrawn tablets, or not readable."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions import kept_pushes
from sampling.errors import NotFound, RecordRefused, RootfieldError
from sampling.models import SyncBatch
from sampling.web.pages import ProjectPage, sentences_of


class KeptPage(ProjectPage):
    """A page about kept pushes of a project."""

    permission = "device.read"

    def pushes(self) -> QuerySet[SyncBatch]:
        """Return the project's kept pushes."""
        return kept_pushes.kept_pushes().filter(device__project=self.project)


class KeptPushes(KeptPage):
    """The kept pushes, those that wait for a decision first."""

    template = "web/kept_pushes.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show them; `?state=refused` those that were left out."""
        state = "refused" if request.GET.get("state") == "refused" else ""
        pushes = (
            self.pushes().filter(state="refused")
            if state
            else self.pushes().exclude(state="refused")
        )
        return self.shown(
            {"page": self.page_of(pushes.order_by("received_at", "pk")), "state": state}
        )


class OneKeptPush(KeptPage):
    """One kept push, and the decision on it."""

    change_permission = "quarantine.decide"
    template = "web/kept_push.html"

    def get(self, request: HttpRequest, push_id: int, **_ids: object) -> HttpResponse:
        """Show where it came from and why it was not applied."""
        return self._page(self._push(push_id))

    def post(self, request: HttpRequest, push_id: int, **_ids: object) -> HttpResponse:
        """Let it in or refuse it, as `answer` says; `why` says why."""
        push = self._push(push_id)
        try:
            outcomes = self._decide(push)
        except RootfieldError as error:
            return self._page(push, problems=sentences_of(error), status=error.status)
        ended = ", ".join(f"{number} {status}" for status, number in sorted(outcomes.items()))
        self.say(f"Let in: {ended}." if ended else "Decided. The bytes stay as they came.")
        return redirect("pages:kept-pushes", self.project.pk)

    def _decide(self, push: SyncBatch) -> Counter[str]:
        answer, why = self.request.POST.get("answer", ""), self.request.POST.get("why", "")[:2000]
        if answer == "let-in":
            decision = kept_pushes.let_in(push, by=self.user, at=timezone.now(), why=why.strip())
        elif answer == "refuse":
            decision = kept_pushes.refuse(push, by=self.user, at=timezone.now(), why=why)
        else:
            problem = {"pointer": "", "code": "no-answer", "detail": "Choose one of the answers."}
            raise RecordRefused(problem["detail"], problems=[problem])
        return decision.outcomes

    def _push(self, push_id: int) -> SyncBatch:
        push = self.pushes().filter(pk=push_id).first()
        if push is None:
            raise NotFound("This push does not wait, or no longer.")
        return push

    def _page(
        self, push: SyncBatch, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        return self.shown(
            {
                "push": push,
                "sha256": bytes(push.sha256).hex(),
                "problems": problems,
                "answer": self.request.POST.get("answer", ""),
                "why": self.request.POST.get("why", ""),
                **self.may("quarantine.decide"),
            },
            status=status,
        )
