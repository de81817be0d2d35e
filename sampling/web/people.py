"""Who belongs to a project, in which roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.members import add_member, remove_member
from sampling.errors import NotFound, RootfieldError
from sampling.models import ROLES, Device, Membership, User
from sampling.rules.roles import PERMISSIONS
from sampling.web.pages import ProjectPage, sentences_of


class MemberForm(forms.Form):
    """Whom to give which role."""

    username = forms.CharField(max_length=150, label="User name")
    role = forms.ChoiceField(choices=ROLES, label="Role")


class People(ProjectPage):
    """The members of a project with their roles."""

    permission = "member.read"
    change_permission = "member.manage"
    template = "web/people.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the members by name."""
        return self._page(MemberForm())

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Give a person a role."""
        form = MemberForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        wanted = form.cleaned_data
        user = User.objects.filter(username=wanted["username"], is_active=True).first()
        if user is None:
            form.add_error("username", "Nobody has this user name. Names are case-sensitive.")
            return self._page(form, status=422)
        try:
            add_member(
                project=self.project,
                user=user,
                role=wanted["role"],
                by=self.user,
                at=timezone.now(),
            )
        except RootfieldError as error:
            return self._page(form, problems=sentences_of(error), status=error.status)
        self.say(f"{user} is now {dict(ROLES)[wanted['role']]}.")
        return redirect("pages:people", self.project.pk)

    def _page(
        self, form: MemberForm, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        here = Membership.objects.filter(project=self.project).order_by("role")
        members = (
            User.objects.filter(memberships__project=self.project)
            .distinct()
            .order_by("username")
            .prefetch_related(Prefetch("memberships", queryset=here, to_attr="roles_here"))
        )
        return self.shown(
            {
                "page": self.page_of(members),
                "form": form,
                "problems": problems,
                "roles": [(title, _does(role)) for role, title in ROLES],
                **self.may("member.manage"),
            },
            status=status,
        )


def _does(role: str) -> str:
    """Return what a role may change, in words."""
    may = sorted(name for name, roles in PERMISSIONS.items() if role in roles)
    return ", ".join(
        name.replace(".", " ").replace("_", " ") for name in may if not name.endswith(".read")
    )


class RemoveMember(ProjectPage):
    """Taking a role from a person."""

    permission = "member.manage"
    template = "web/member_remove.html"

    def get(self, request: HttpRequest, member_id: int, **_ids: object) -> HttpResponse:
        """Ask once more, with what that means."""
        return self._page(self._membership(member_id))

    def post(self, request: HttpRequest, member_id: int, **_ids: object) -> HttpResponse:
        """Take it."""
        membership = self._membership(member_id)
        try:
            remove_member(membership, by=self.user, at=timezone.now())
        except RootfieldError as error:
            return self._page(membership, problems=sentences_of(error), status=error.status)
        self.say(f"{membership.user} is no longer {membership.get_role_display()}.")
        if membership.user == self.user and membership.role == "project_admin":
            return redirect("pages:home")
        return redirect("pages:people", self.project.pk)

    def _membership(self, member_id: int) -> Membership:
        membership = (
            Membership.objects.filter(project=self.project, pk=member_id)
            .select_related("user", "project")
            .first()
        )
        if membership is None:
            raise NotFound
        return membership

    def _page(
        self, membership: Membership, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        others = Membership.objects.filter(project=self.project, user=membership.user)
        context: dict[str, Any] = {
            "membership": membership,
            "is_last": not others.exclude(pk=membership.pk).exists(),
            "devices": Device.objects.active().filter(project=self.project, user=membership.user),
            "problems": problems,
        }
        return self.shown(context, status=status)
