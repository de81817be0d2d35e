"""Writing protocol drafts: the content as JSON, with everything wrong in it said at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.protocols import create_protocol, draft_version, edit_draft
from sampling.errors import NotFound, RootfieldError
from sampling.models import Protocol, ProtocolVersion
from sampling.rules.protocol_content import content_problems
from sampling.rules.record_types import has_unstorable_text
from sampling.web.pages import sentences_of
from sampling.web.protocols import ProtocolPage

NUMBER_WIDGET = forms.TextInput(attrs={"placeholder": "1.0.0", "inputmode": "decimal"})
START = {
    "depth_layers": [{"id": "topsoil", "upper_depth_cm": 0, "lower_depth_cm": 30}],
    "core": {"corer": "", "inner_diameter_cm": 8, "is_compaction_measured": True},
    "positions": [{"id": "row", "position": "row", "area_weight": 1}],
    "replicates": {"cores_per_position": 1, "cores_composited": 1},
    "root_handling": {
        "storage": "cooled",
        "extraction": "elutriation",
        "sieve_meshes_mm": [0.5],
        "living_dead": "separated",
        "extraneous_matter_method": "picked",
    },
    "drying": {"temperature_c": 60, "hours": 48, "is_to_constant_mass": True},
    "analytes": [],
    "quality_control": [],
    "questions": [],
    "estimators": ["measured_cores"],
}


class ContentField(forms.CharField):
    """A JSON object as people type it; what cannot be read is named by line and column."""

    widget = forms.Textarea(attrs={"class": "code", "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """Return the object."""
        text = super().to_python(value) or ""
        try:
            content = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                f"Line {error.lineno}, column {error.colno}: {error.msg}."
            ) from None
        except (RecursionError, ValueError):
            raise forms.ValidationError("This is nested too deeply, or not a number.") from None
        if not isinstance(content, dict):
            raise forms.ValidationError("The content is one JSON object.")
        if has_unstorable_text(content):
            raise forms.ValidationError("A text holds a character that no text may hold.")
        return content


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


class DraftForm(forms.Form):
    """The wording of one version."""

    content = ContentField(label="Content")
    change_note = forms.CharField(
        label="What changed and why", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NewVersionForm(DraftForm):
    """A new version of a known protocol."""

    number = forms.CharField(label="Number", max_length=20, widget=NUMBER_WIDGET)
    field_order: tuple[str, ...] = ("number", "change_note", "content")


class NewProtocolForm(NewVersionForm):
    """A new protocol with its first version."""

    title = forms.CharField(label="Title", max_length=200)
    slug = forms.SlugField(label="Short name", max_length=60)
    field_order = ("title", "slug", "number", "change_note", "content")


class DraftPage(ProtocolPage):
    """A form that holds a draft; only protocol editors open it."""

    permission = "protocol.draft"
    template = "web/protocol_draft.html"
    form_class: type[DraftForm]

    def page(
        self,
        form: DraftForm,
        *,
        context: Mapping[str, Any],
        refusal: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the form with everything wrong in its content."""
        content = form.cleaned_data.get("content") if form.is_bound and form.is_valid() else None
        return self.shown(
            {
                "form": form,
                "refusal": refusal,
                "problems": content_problems(content) if content is not None else [],
                **context,
            },
            status=status,
        )

    def started_from(self, versions: QuerySet[ProtocolVersion]) -> dict[str, str]:
        """Return what a new draft begins with: the latest version, or a bare outline."""
        latest = versions.order_by("-drafted_at").first()
        return {"content": as_text(latest.content if latest else START)}


class NewProtocol(DraftPage):
    """The first version of a new protocol."""

    form_class = NewProtocolForm

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the form with an outline to fill in."""
        initial = {"number": "1.0.0", **self.started_from(ProtocolVersion.objects.none())}
        return self.page(NewProtocolForm(initial=initial), context={})

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Keep the protocol and its draft."""
        form = NewProtocolForm(request.POST)
        if not form.is_valid():
            return self.page(form, context={}, status=422)
        given = form.cleaned_data
        try:
            with transaction.atomic():
                protocol = create_protocol(
                    project=self.project,
                    slug=given["slug"],
                    title=given["title"],
                    by=self.user,
                    at=timezone.now(),
                )
                version = keep_draft(self, protocol, given)
        except RootfieldError as error:
            return self.page(form, context={}, refusal=sentences_of(error), status=error.status)
        return redirect("pages:protocol-version", self.project.pk, version.pk)


class NewVersion(DraftPage):
    """The next version of a protocol, beginning with the words of the last."""

    def get(self, request: HttpRequest, protocol_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the form."""
        protocol = self.protocol_of(protocol_id)
        initial = self.started_from(ProtocolVersion.objects.filter(protocol=protocol))
        return self.page(NewVersionForm(initial=initial), context={"protocol": protocol})

    def post(self, request: HttpRequest, protocol_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Keep the draft."""
        protocol = self.protocol_of(protocol_id)
        form = NewVersionForm(request.POST)
        context = {"protocol": protocol}
        if not form.is_valid():
            return self.page(form, context=context, status=422)
        try:
            version = keep_draft(self, protocol, form.cleaned_data)
        except RootfieldError as error:
            return self.page(
                form, context=context, refusal=sentences_of(error), status=error.status
            )
        return redirect("pages:protocol-version", self.project.pk, version.pk)


class EditDraft(DraftPage):
    """Changing a draft; only its author does."""

    def get(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the draft as it is."""
        version = self._draft(version_id)
        initial = {"content": as_text(version.content), "change_note": version.change_note}
        return self.page(DraftForm(initial=initial), context=self._about(version))

    def post(self, request: HttpRequest, version_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Keep it; an unfinished draft is kept too, with its problems shown."""
        version = self._draft(version_id)
        form = DraftForm(request.POST)
        if not form.is_valid():
            return self.page(form, context=self._about(version), status=422)
        try:
            edit_draft(
                version,
                content=form.cleaned_data["content"],
                change_note=form.cleaned_data["change_note"],
                by=self.user,
                at=timezone.now(),
                revision=seen_revision(request.POST),
            )
        except RootfieldError as error:
            return self.page(
                form,
                context=self._about(version),
                refusal=sentences_of(error),
                status=error.status,
            )
        self.say("Draft kept.")
        return redirect("pages:protocol-version", self.project.pk, version.pk)

    def _draft(self, version_id: uuid.UUID) -> ProtocolVersion:
        version = self.version_of(version_id)
        if version.state != "draft":
            raise NotFound("This version is published; make a new one.")
        return version

    def _about(self, version: ProtocolVersion) -> dict[str, Any]:
        revision = self.request.POST.get("revision", version.revision)
        return {"protocol": version.protocol, "version": version, "revision": revision}


def keep_draft(page: DraftPage, protocol: Protocol, given: Mapping[str, Any]) -> ProtocolVersion:
    """Store a draft and say so."""
    version = draft_version(
        protocol=protocol,
        number=given["number"],
        content=given["content"],
        change_note=given["change_note"],
        by=page.user,
        at=timezone.now(),
    )
    page.say("Draft kept.")
    return version


def as_text(content: Mapping[str, Any]) -> str:
    """Return content as people edit it, its blocks in the order of a day in the field."""
    names = [*(name for name in START if name in content), *(n for n in content if n not in START)]
    return json.dumps({name: content[name] for name in names}, indent=2, ensure_ascii=False)


def seen_revision(form: QueryDict) -> int:
    """Return the revision the person saw; 0, which never is, when the form does not say."""
    revision = form.get("revision") or ""
    return int(revision) if revision.isdecimal() and len(revision) < 10 else 0
