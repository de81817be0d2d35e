"""The site for staff: people, devices, protocols and methods; everything else to look at.

Captured and set-up records change through the ledger, like everywhere. What the ledger or the
laboratory wrote is only shown. Staff who are not superusers see the projects they belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from sampling import models
from sampling.actions import devices, members, protocols
from sampling.actions.access import allowed, projects_allowing, require
from sampling.actions.records import change_record, create_record
from sampling.errors import Forbidden, RootfieldError
from sampling.models import RECORD_MODELS, CapturedModel, User
from sampling.rules.canonical_json import canonical_sha256
from sampling.rules.roles import APPEND_ONLY, WRITES

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    AnyModelAdmin = ModelAdmin[Any]
    AnyModelForm = forms.ModelForm[Any]
    AnyUserAdmin = UserAdmin[User]
elif apps.is_installed("unfold"):
    from unfold.admin import ModelAdmin as AnyModelAdmin

    AnyModelForm, AnyUserAdmin = forms.ModelForm, UserAdmin
else:
    AnyModelAdmin = admin.ModelAdmin
    AnyModelForm, AnyUserAdmin = forms.ModelForm, UserAdmin

VIA = "admin"
SYSTEM = ("id", "revision", "received_at", "voided_at", "extra", "scope")


def staff(request: HttpRequest) -> User:
    """Return the person who is signed in; the site lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


class HouseAdmin(AnyModelAdmin):
    """Rows of the projects a person belongs to; nothing is deleted, errors are sentences."""

    project_path: ClassVar[str] = "project"
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows a person may see."""
        rows = super().get_queryset(request)
        if staff(request).is_superuser or not self.project_path:
            return rows
        mine = staff(request).memberships.values("project")
        return rows.filter(**{f"{self.project_path}__in": mine})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: records are voided, people deactivated, devices revoked."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a refusal of ours above the form instead of an error page."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RootfieldError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(HouseAdmin):
    """Rows to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: these rows are written by their own actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: these rows are written by their own actions."""
        return False


class RecordForm(AnyModelForm):
    """A record as it was seen: a form that somebody overtook is not saved."""

    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.revision and not self.instance._state.adding:
            self.fields["seen_revision"].initial = self.instance.revision

    def clean(self) -> dict[str, Any]:
        """Refuse a form that shows an older revision."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_known = not self.instance._state.adding
        if is_known and values.get("seen_revision") != self.instance.revision:
            raise forms.ValidationError("Somebody changed this in between; look again.")
        return values


class RecordAdmin(HouseAdmin):
    """Records: made and changed through the ledger."""

    form = RecordForm

    @property
    def permission(self) -> str:
        """The permission that writing this type takes."""
        return WRITES[self.model.record_type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may make one; captured ones are made in the field."""
        if issubclass(self.model, CapturedModel) or not super().has_add_permission(request):
            return False
        return projects_allowing(staff(request), self.permission).exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person's role lets them write: being a superuser does not."""
        if self.model.record_type in APPEND_ONLY or not super().has_change_permission(request, obj):
            return False
        project = obj.project_id if obj else None
        held = projects_allowing(staff(request), self.permission)
        return held.filter(pk=project).exists() if project else held.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return what never changes, or not here."""
        names = {field.name for field in self.model._meta.concrete_fields}
        pinned = ["project", "device", "captured_version", "edited_version"] if obj else []
        if isinstance(obj, models.Campaign):
            pinned.append("protocol_version")
        return [name for name in (*pinned, *SYSTEM) if name in names]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the record as an operation of the ledger."""
        user, now = staff(request).pk, timezone.now()
        if change:
            known = self.model._default_manager.get(pk=obj.pk)
            asked = [name for name in form.changed_data if name != "seen_revision"]
            fields = {name: form.cleaned_data[name] for name in asked}
            if fields:
                change_record(known, fields, user=user, via=VIA, at=now)
        else:
            fields = {k: v for k, v in form.cleaned_data.items() if k not in ("seen_revision",)}
            project = fields.pop("project")
            require(staff(request), project.pk, self.permission)
            fields["id"] = obj.pk
            create_record(self.model, fields, project=project.pk, user=user, via=VIA, at=now)
        obj.refresh_from_db()


def list_of(model: type[Model]) -> list[str]:
    """Return what a list of rows shows: its name, its codes and where it stands."""
    shown = ("code", "name", "state", "status", "kind", "revision", "voided_at", "received_at")
    names = {field.name for field in model._meta.concrete_fields}
    return ["__str__", *(name for name in shown if name in names)]


def narrowed_by(model: type[Model]) -> list[str]:
    """Return what a list of rows is narrowed by."""
    names = {field.name for field in model._meta.concrete_fields}
    return [name for name in ("project", "state", "status", "kind", "severity") if name in names]


def register(model: type[Model], base: type[HouseAdmin], **attributes: Any) -> None:
    """Register a table with the usual lists."""
    usual = {"list_display": list_of(model), "list_filter": narrowed_by(model)}
    admin.site.register(model, type(f"{model.__name__}Admin", (base,), {**usual, **attributes}))


@admin.register(User)
class PersonAdmin(AnyUserAdmin, HouseAdmin):
    """People; who leaves is deactivated, and their devices with them."""

    project_path = ""


@admin.register(models.Project)
class ProjectAdmin(HouseAdmin):
    """Projects."""

    project_path = "pk"
    list_display = ("title", "slug", "created_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make a project with its first admin, or rename one."""
        if change:
            obj.save()
            return
        made = members.create_project(
            slug=obj.slug, title=obj.title, by=staff(request), at=timezone.now()
        )
        obj.pk = made.pk


@admin.register(models.Membership)
class MembershipAdmin(HouseAdmin):
    """Roles of people in projects: given and taken, never rewritten."""

    list_display = ("user", "project", "role")
    list_filter = ("project", "role")
    list_select_related = ("user", "project")
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a role is given and taken."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person may take roles away, one at a time."""
        return obj is not None and self._manages(request, obj.project_id)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give the role."""
        if not self._manages(request, obj.project_id):
            raise Forbidden
        given = members.add_member(
            project=obj.project, user=obj.user, role=obj.role, by=staff(request), at=timezone.now()
        )
        obj.pk = given.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Take the role."""
        members.remove_member(obj, by=staff(request), at=timezone.now())

    def _manages(self, request: HttpRequest, project: Any) -> bool:
        user = staff(request)
        return user.is_superuser or allowed(user, project, "member.manage")


@admin.register(models.Device)
class DeviceAdmin(ReadOnlyAdmin):
    """Tablets: looked at, and revoked."""

    list_display = ("name", "project", "user", "state", "app_version", "last_push_at")
    list_filter = ("project", "state")
    list_select_related = ("project", "user")
    exclude = ("token_sha256",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected devices", permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Withdraw the devices the person manages."""
        user = staff(request)
        for device in chosen.select_related("project"):
            if user.is_superuser or allowed(user, device.project_id, "device.manage"):
                devices.revoke(device, by=user, reason="in the admin site", at=timezone.now())
            else:
                self.message_user(request, f"{device}: not your device.", messages.ERROR)


@admin.register(models.ProtocolVersion)
class ProtocolVersionAdmin(HouseAdmin):
    """Versions: a draft is edited by who drafted it, and published by another person."""

    list_display = ("protocol", "number", "state", "drafted_by", "published_by")
    list_filter = ("project", "state")
    list_select_related = ("protocol", "drafted_by", "published_by")
    form = RecordForm
    fields = ("protocol", "number", "state", "content", "change_note", "seen_revision")
    readonly_fields = ("protocol", "number", "state")
    actions = ("publish",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: drafts begin at the protocol's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether this is a draft of the person."""
        if obj is None or obj.state != "draft" or obj.drafted_by_id != staff(request).pk:
            return False
        return allowed(staff(request), obj.project_id, "protocol.draft")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Replace the content of the draft."""
        protocols.edit_draft(
            obj,
            content=form.cleaned_data["content"],
            change_note=form.cleaned_data["change_note"],
            revision=form.cleaned_data["seen_revision"],
            by=staff(request),
            at=timezone.now(),
        )

    @admin.action(description="Publish the selected drafts", permissions=["view"])
    def publish(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Put drafts in force; for another person than who drafted them."""
        user = staff(request)
        for version in chosen:
            try:
                require(user, version.project_id, "protocol.publish")
                protocols.publish_version(version, by=user, at=timezone.now())
            except RootfieldError as refusal:
                self.message_user(request, f"{version}: {refusal.detail}", messages.ERROR)


@admin.register(models.MethodVersion)
class MethodVersionAdmin(HouseAdmin):
    """Wordings of methods: added, never changed."""

    project_path = "method__project"
    list_display = ("method", "number", "created_at")
    fields = ("method", "number", "content")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a method gets another wording instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep the wording with its digest."""
        require(staff(request), obj.method.project_id, "method.manage")
        obj.sha256, obj.created_at = canonical_sha256(obj.content), timezone.now()
        obj.save(force_insert=True)


register(models.Protocol, ReadOnlyAdmin)
register(models.Method, ReadOnlyAdmin)
register(models.EnrolmentCode, ReadOnlyAdmin, exclude=("code_sha256",))
register(models.Assignment, ReadOnlyAdmin, project_path="campaign__project")
register(models.AuditEvent, ReadOnlyAdmin, list_display=("at", "action", "user", "subject"))
register(models.Finding, ReadOnlyAdmin)
register(models.WeatherMonth, ReadOnlyAdmin, project_path="site__project")
register(models.Determination, ReadOnlyAdmin)
register(models.Transition, ReadOnlyAdmin, project_path="determination__project")
register(models.ImportBatch, ReadOnlyAdmin)
register(
    models.StoredFile,
    ReadOnlyAdmin,
    list_display=("__str__", "project", "size_bytes", "place", "device", "received_at"),
    list_filter=("project", "place", "media_type"),
    list_select_related=("project", "device"),
    exclude=("fences",),
)
register(
    models.Upload,
    ReadOnlyAdmin,
    project_path="device__project",
    list_display=("__str__", "device", "begun_at", "expires_at", "completed_at"),
    list_select_related=("device",),
)
register(models.SyncOperation, ReadOnlyAdmin, project_path="device__project")
register(models.SyncConflict, ReadOnlyAdmin)
register(models.SyncBatch, ReadOnlyAdmin, project_path="device__project", exclude=("body",))
for _name in RECORD_MODELS:
    if _name in WRITES:
        register(RECORD_MODELS[_name], RecordAdmin)
    elif _name != "protocol_version":
        register(RECORD_MODELS[_name], ReadOnlyAdmin)
