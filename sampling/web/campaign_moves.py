"""Letting a campaign go on under another version of its protocol, after a look at what it means."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.campaign_moves import MovePreview, WantedMove, move_campaign, preview_move
from sampling.errors import NotFound, RootfieldError, VersionMoved
from sampling.models import Campaign, CampaignMove, ProtocolVersion
from sampling.web.pages import ProjectPage, sentences_of

NOTHING = "nothing"  # what a select says where no new id takes the place of an old one
NAMED = "id:"  # before a new id, so that an id may be any word


@dataclass(frozen=True, kw_only=True)
class Question:
    """An id of the old version whose place in the new one a person has to say."""

    block: str
    name: str
    choices: list[str]
    answer: str

    @property
    def field(self) -> str:
        """What the form calls the answer."""
        return f"map:{self.block}:{self.name}"


class MoveCampaign(ProjectPage):
    """Which version, what the old ids are called in it, and why."""

    permission = "campaign.write"
    template = "web/campaign_move.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the versions to choose from; with `?to=` what moving to one would mean."""
        campaign = self.campaign_of(campaign_id)
        return self._page(campaign, self._version(campaign, request.GET.get("to", "")))

    def post(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Move it."""
        campaign = self.campaign_of(campaign_id)
        version = self._version(campaign, request.POST.get("to", ""))
        if version is None:
            return self._page(campaign, None, problems=["Choose a version."], status=422)
        why = request.POST.get("why", "")[:2000]
        wanted = WantedMove(to_version=version, mapping=self._mapping(), why=why)
        try:
            revision = request.POST.get("revision", "")
            if not revision.isdecimal():
                raise VersionMoved
            move_campaign(
                campaign,
                wanted,
                by=self.user,
                at=timezone.now(),
                revision=int(revision),
                via="web",
            )
        except RootfieldError as error:
            return self._page(
                self.campaign_of(campaign_id),
                version,
                problems=sentences_of(error),
                status=error.status,
            )
        self.say(f"The campaign goes on under {version}. Tablets learn of it with their next pull.")
        return redirect("pages:campaign", self.project.pk, campaign.pk)

    def _versions(self, campaign: Campaign) -> QuerySet[ProtocolVersion]:
        """Return the versions the campaign could move to, the latest first."""
        return (
            ProtocolVersion.objects.filter(
                protocol=campaign.protocol_version.protocol_id, state="published", voided_at=None
            )
            .exclude(pk=campaign.protocol_version_id)
            .select_related("protocol")
            .order_by("-published_at")
        )

    def _version(self, campaign: Campaign, asked: str) -> ProtocolVersion | None:
        if not asked:
            return None
        try:
            version = self._versions(campaign).filter(pk=uuid.UUID(asked)).first()
        except ValueError:
            version = None
        if version is None:
            raise NotFound
        return version

    def _mapping(self) -> dict[str, dict[str, str | None]]:
        """Return what the form says old ids are called; those left open are left out."""
        mapping: dict[str, dict[str, str | None]] = {}
        for field, answer in self.request.POST.items():
            kind, _, rest = field.partition(":")
            block, _, name = rest.partition(":")
            if kind == "map" and (answer == NOTHING or str(answer).startswith(NAMED)):
                named = None if answer == NOTHING else str(answer).removeprefix(NAMED)
                mapping.setdefault(block, {})[name] = named
        return mapping

    def _page(
        self,
        campaign: Campaign,
        version: ProtocolVersion | None,
        *,
        problems: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        preview = None
        if version is not None and version.pk != campaign.protocol_version_id:
            preview = preview_move(campaign, WantedMove(to_version=version, mapping={}))
        moves = CampaignMove.objects.filter(campaign=campaign).select_related(
            "from_version__protocol", "to_version__protocol", "moved_by"
        )
        context: dict[str, Any] = {
            "campaign": campaign,
            "versions": self._versions(campaign).defer("content"),
            "version": version,
            "preview": preview,
            "questions": self._questions(preview, version),
            "captured": captured_rows(preview),
            "moves": moves.order_by("-revision"),
            "why": self.request.POST.get("why", ""),
            "problems": problems,
        }
        return self.shown(context, status=status)

    def _questions(
        self, preview: MovePreview | None, version: ProtocolVersion | None
    ) -> list[Question]:
        if preview is None or version is None:
            return []
        return [
            Question(
                block=block,
                name=name,
                choices=[str(item["id"]) for item in version.content.get(block) or ()],
                answer=self.request.POST.get(f"map:{block}:{name}", ""),
            )
            for block, names in preview.to_decide.items()
            for name in names
        ]


def captured_rows(preview: MovePreview | None) -> list[tuple[str, str, int]]:
    """Return how many records of which type were captured under which version."""
    if preview is None:
        return []
    return [
        (kind, number, count)
        for kind, counts in preview.captured.items()
        for number, count in sorted(counts.items())
    ]
