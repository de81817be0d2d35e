"""Protocols and their versions: reading, comparing, publishing, retiring."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.protocols import export_version, publish_version, retire_version
from sampling.errors import NotFound, RootfieldError
from sampling.models import Protocol, ProtocolVersion
from sampling.rules.content_diff import differences
from sampling.rules.protocol_content import content_problems
from sampling.web.pages import ProjectPage, sentences_of

# The blocks of a content that read well as pairs of name and value.
PLAIN_BLOCKS = (
    "core",
    "root_handling",
    "drying",
    "milling",
    "imaging",
    "labelling",
    "scope",
    "identity",
)


class ProtocolPage(ProjectPage):
    """A page about one protocol or one of its versions."""

    permission = "protocol.read"

    def protocol_of(self, protocol_id: uuid.UUID) -> Protocol:
        """Return a protocol of the project; raises NotFound."""
        protocol = Protocol.objects.filter(project=self.project, pk=protocol_id).first()
        if protocol is None:
            raise NotFound
        return protocol

    def version_of(self, version_id: uuid.UUID) -> ProtocolVersion:
        """Return a version of one of the project's protocols; raises NotFound."""
        version = (
            ProtocolVersion.objects.filter(project=self.project, pk=version_id)
            .select_related("protocol", "drafted_by", "published_by")
            .first()
        )
        if version is None:
            raise NotFound
        return version


class Protocols(ProtocolPage):
    """The protocols of a project with their versions."""

    template = "web/protocols.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show every version with its state and how many campaigns follow it."""
        versions = (
            ProtocolVersion.objects.filter(project=self.project)
            .select_related("protocol", "drafted_by", "published_by")
            .defer("content")
            .annotate(campaign_count=Count("campaigns", filter=Q(campaigns__voided_at=None)))
            .order_by("-drafted_at")
        )
        protocols = Protocol.objects.filter(project=self.project).order_by("title")
        rows = [(p, [v for v in versions if v.protocol_id == p.pk]) for p in protocols]
        return self.shown({"rows": rows, **self.may("protocol.draft")})


class Version(ProtocolPage):
    """One version, laid out to be read in the field."""

    template = "web/protocol_version.html"

    def get(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the content, who wrote and who published it."""
        return self._page(self.version_of(version_id))

    def _page(
        self, version: ProtocolVersion, *, refusal: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        others = (
            ProtocolVersion.objects.filter(protocol=version.protocol)
            .exclude(pk=version.pk)
            .defer("content")
            .order_by("-drafted_at")
        )
        return self.shown(
            {
                "version": version,
                "content": version.content,
                "blocks": plain_blocks(version.content),
                "refusal": refusal,
                "problems": content_problems(version.content) if version.state == "draft" else [],
                "others": others,
                "campaigns": version.campaigns.filter(voided_at=None).order_by("code"),
                "is_own_draft": version.drafted_by_id == self.user.pk,
                **self.may("protocol.draft", "protocol.publish"),
            },
            status=status,
        )


class PublishVersion(Version):
    """Putting a draft in force."""

    http_method_names = ["post", "options"]
    change_permission = "protocol.publish"
    act: Callable[..., ProtocolVersion] = staticmethod(publish_version)
    done = "Published. Its content can no longer change."

    def post(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Do it, or show the version with what stands against it."""
        version = self.version_of(version_id)
        try:
            self.act(version, by=self.user, at=timezone.now())
        except RootfieldError as error:
            return self._page(
                self.version_of(version_id), refusal=sentences_of(error), status=error.status
            )
        self.say(self.done)
        return redirect("pages:protocol-version", self.project.pk, version.pk)


class RetireVersion(PublishVersion):
    """Taking a version out of use."""

    act = staticmethod(retire_version)
    done = "Retired. What was captured under it is still accepted."


class VersionDocument(ProtocolPage):
    """A version as a document to keep or to hand to partners."""

    def get(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Return it as a JSON file."""
        version = self.version_of(version_id)
        name = f"{version.protocol.slug}-{version.number}.json"
        return JsonResponse(
            export_version(version),
            json_dumps_params={"indent": 2, "ensure_ascii": False},
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Comparison(ProtocolPage):
    """What changed from one version of a protocol to another."""

    template = "web/protocol_diff.html"

    def get(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the differences from the version named with `?since=` to this one."""
        version = self.version_of(version_id)
        try:
            since = self.version_of(uuid.UUID(request.GET.get("since", "")))
        except ValueError:
            raise NotFound from None
        if since.protocol_id != version.protocol_id:
            raise NotFound
        changes = differences(since.content, version.content)
        return self.shown({"version": version, "since": since, "changes": changes})


def plain_blocks(content: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Return the title and the pairs of each block that has some; drafts may hold anything."""
    found = []
    for name in PLAIN_BLOCKS:
        block = content.get(name)
        if isinstance(block, dict) and block:
            found.append((name.replace("_", " ").capitalize(), list(block.items())))
    return found
