"""What is doubtful about the records, and who accepted it why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.findings import accept_finding
from sampling.actions.history import named_records
from sampling.errors import NotFound, RootfieldError
from sampling.models import Finding
from sampling.web.pages import ProjectPage, sentences_of

STATES = ("open", "accepted", "fixed")
SEVERITIES = ("serious", "warning", "note")


class Findings(ProjectPage):
    """The doubts about a project's records, the latest first."""

    permission = "finding.read"
    template = "web/findings.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show findings; `?campaign=`, `?rule=`, `?severity=` and `?state=` narrow them."""
        campaign = self.chosen_campaign()
        of_project = Finding.objects.filter(project=self.project)
        findings = of_project.select_related("settled_by")
        chosen = {
            "state": request.GET.get("state", "open"),
            "severity": request.GET.get("severity", ""),
            "rule": request.GET.get("rule", ""),
        }
        findings = findings.filter(**{name: value for name, value in chosen.items() if value})
        if campaign:
            findings = findings.filter(scope=campaign.capture_scope)
        page = self.page_of(findings.order_by("-raised_at", "-pk"))
        keys = [(finding.record_type, finding.record) for finding in page]
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "chosen": chosen,
                "rules": of_project.order_by("rule").values_list("rule", flat=True).distinct(),
                "states": STATES,
                "severities": SEVERITIES,
                "names": named_records(self.project, keys),
                **self.may("finding.accept"),
            }
        )


class AcceptFinding(ProjectPage):
    """Saying that a doubtful record is right as it is."""

    permission = "finding.read"
    change_permission = "finding.accept"
    template = "web/finding.html"

    def get(self, request: HttpRequest, finding_id: int, **_ids: object) -> HttpResponse:
        """Show the finding."""
        return self._page(self._finding(finding_id))

    def post(self, request: HttpRequest, finding_id: int, **_ids: object) -> HttpResponse:
        """Accept it with a reason."""
        finding = self._finding(finding_id)
        try:
            accept_finding(
                finding, by=self.user, reason=request.POST.get("reason", ""), at=timezone.now()
            )
        except RootfieldError as error:
            return self._page(
                self._finding(finding_id), problems=sentences_of(error), status=error.status
            )
        self.say("Accepted, with your name and reason.")
        return redirect("pages:findings", self.project.pk)

    def _finding(self, finding_id: int) -> Finding:
        finding = (
            Finding.objects.filter(project=self.project, pk=finding_id)
            .select_related("settled_by")
            .first()
        )
        if finding is None:
            raise NotFound
        return finding

    def _page(
        self, finding: Finding, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        names = named_records(self.project, [(finding.record_type, finding.record)])
        return self.shown(
            {
                "finding": finding,
                "name": names.get(finding.record),
                "problems": problems,
                **self.may("finding.accept"),
            },
            status=status,
        )
