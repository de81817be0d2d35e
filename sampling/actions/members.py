"""Who belongs to a project, in which roles, and who may work in which campaign."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sampling.actions import devices
from sampling.errors import FourEyes, NotFound, StateConflict
from sampling.models import Assignment, AuditEvent, Campaign, Device, Membership, Project, User


def create_project(*, slug: str, title: str, by: User, at: datetime) -> Project:
    """Make a project; who makes it is its first project admin."""
    with transaction.atomic():
        project = Project.objects.create(slug=slug, title=title)
        Membership.objects.create(user=by, project=project, role="project_admin")
        _note("project.created", project, by=by, at=at, subject=project)
    return project


def add_member(*, project: Project, user: User, role: str, by: User, at: datetime) -> Membership:
    """Give a person a role in a project; safe to repeat.

    Raises FourEyes when people give a role to themselves: a second admin must do it.
    """
    if user.pk == by.pk:
        raise FourEyes("Nobody gives a role to themselves.")
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(user=user, project=project, role=role)
        if is_new:
            _note("member.added", project, by=by, at=at, subject=user, role=role)
    return membership


def remove_member(membership: Membership, *, by: User, at: datetime) -> None:
    """Take a role from a person; with the last one, their devices are revoked.

    Raises StateConflict for the last project admin: nobody could undo it.
    """
    project, user, role = membership.project, membership.user, membership.role
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        others = Membership.objects.filter(project=project).exclude(pk=membership.pk)
        if role == "project_admin" and not others.filter(role="project_admin").exists():
            raise StateConflict("A project keeps at least one admin.")
        Membership.objects.filter(pk=membership.pk).delete()
        _note("member.removed", project, by=by, at=at, subject=user, role=role)
        if not others.filter(user=user).exists():
            for device in Device.objects.active().filter(project=project, user=user):
                devices.revoke(device, by=by, reason="its person left the project", at=at)


def grant_assignment(
    campaign: Campaign, *, worker: Device | User, mode: str, by: User, at: datetime
) -> Assignment:
    """Let a device, or all devices of a person, work in a campaign.

    The same grant again changes nothing; one that was revoked, or had another mode, is renewed
    as a new generation, so that cursors of the old one end. Raises NotFound for a device or
    person of another project.
    """
    named = {"device": worker} if isinstance(worker, Device) else {"user": worker}
    if not _is_of(worker, campaign):
        raise NotFound("This device or person is not part of the project.")
    with transaction.atomic():
        assignment, is_new = Assignment.objects.select_for_update(of=("self",)).get_or_create(
            campaign=campaign, **named, defaults={"mode": mode, "granted_at": at}
        )
        if not is_new:
            if assignment.revoked_at is None and assignment.mode == mode:
                return assignment
            assignment.mode, assignment.granted_at, assignment.revoked_at = mode, at, None
            assignment.generation += 1
            assignment.save()
        _note_assignment("assignment.granted", assignment, by=by, at=at)
    return assignment


def revoke_assignment(assignment: Assignment, *, by: User, at: datetime) -> Assignment:
    """End a grant; ending it again changes nothing. What was captured under it stays."""
    with transaction.atomic():
        held = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("campaign")
            .get(pk=assignment.pk)
        )
        if held.revoked_at is None:
            held.revoked_at = at
            held.save(update_fields=["revoked_at"])
            _note_assignment("assignment.revoked", held, by=by, at=at)
    return held


def _is_of(worker: Device | User, campaign: Campaign) -> bool:
    if isinstance(worker, Device):
        return worker.project_id == campaign.project_id
    return Membership.objects.filter(user=worker, project=campaign.project_id).exists()


def _note_assignment(action: str, assignment: Assignment, *, by: User, at: datetime) -> None:
    AuditEvent.objects.create(
        at=at,
        project_id=assignment.campaign.project_id,
        user=by,
        device_id=assignment.device_id,
        action=action,
        subject_type="assignment",
        subject=str(assignment.pk),
        detail={
            "campaign": str(assignment.campaign_id),
            "user": str(assignment.user_id) if assignment.user_id else None,
            "mode": assignment.mode,
        },
    )


def _note(
    action: str,
    project: Project,
    *,
    by: User,
    at: datetime,
    subject: Project | User,
    **detail: str,
) -> None:
    AuditEvent.objects.create(
        at=at,
        project=project,
        user=by,
        action=action,
        subject_type=action.split(".", maxsplit=1)[0],
        subject=str(subject.pk),
        detail=detail,
    )
