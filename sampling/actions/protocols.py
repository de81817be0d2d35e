"""The life of a protocol: drafted by one person, published by another, retired, exchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sampling.actions.ledger import announce
from sampling.errors import (
    ContentChanged,
    Forbidden,
    FourEyes,
    ImportRefused,
    RecordRefused,
    StateConflict,
    VersionMoved,
)
from sampling.models import AuditEvent, Project, Protocol, ProtocolVersion, User
from sampling.rules.canonical_json import canonical_sha256
from sampling.rules.operations import Problem
from sampling.rules.protocol_content import content_problems, reused_question_ids
from sampling.rules.shapes import an_object, identifier, record, text

FORMAT = "rootfield-protocol-1"
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,4})(\.(0|[1-9][0-9]{0,4})){2}")
_DOCUMENT = record(
    {
        "format": text(),
        "protocol": record({"slug": identifier(), "title": text(at_most=200)}),
        "number": text(at_most=20),
        "sha256": text(at_most=64),
        "content": an_object(),
    },
    {"change_note": text(may_be_blank=True, at_most=20_000), "state": text()},
)


def create_protocol(*, project: Project, slug: str, title: str, by: User, at: datetime) -> Protocol:
    """Return the protocol of this name, making it when the project has none; safe to repeat."""
    protocol, is_new = Protocol.objects.get_or_create(
        project=project, slug=slug, defaults={"title": title}
    )
    if is_new:
        _note("protocol.created", protocol, by=by, at=at)
    return protocol


def draft_version(
    *,
    protocol: Protocol,
    number: str,
    content: Mapping[str, Any],
    by: User,
    at: datetime,
    change_note: str = "",
) -> ProtocolVersion:
    """Keep a draft of a protocol under a number such as 1.2.0; its content may be unfinished.

    The same content under the same number is answered with what is there. Other content under a
    number that is taken raises ContentChanged.
    """
    if not _NUMBER.fullmatch(number):
        raise _refused(
            Problem(
                pointer="/number",
                code="not-a-version",
                detail="A version is three numbers with dots, such as 1.2.0.",
            )
        )
    version = ProtocolVersion(
        project_id=protocol.project_id,
        scope=f"project:{protocol.project_id}",
        received_at=at,
        protocol=protocol,
        number=number,
        content=dict(content),
        sha256=canonical_sha256(content),
        change_note=change_note,
        drafted_by=by,
        drafted_at=at,
    )
    try:
        with transaction.atomic():
            version.save(force_insert=True)
            _note("protocol_version.drafted", version, by=by, at=at)
            announce([version])
    except IntegrityError:
        known = ProtocolVersion.objects.filter(protocol=protocol, number=number).first()
        if known is None:
            raise
        if known.sha256 != version.sha256:
            raise ContentChanged(
                f"{protocol} {number} exists with other content; take the next number.",
                sha256=known.sha256,
            ) from None
        return known
    return version


def edit_draft(
    version: ProtocolVersion,
    *,
    content: Mapping[str, Any],
    by: User,
    at: datetime,
    revision: int,
    change_note: str | None = None,
) -> ProtocolVersion:
    """Replace the content of a draft and return it.

    Only who drafted it edits it, so that who publishes has written none of it. Raises Forbidden,
    ContentChanged for what is published, VersionMoved when the revision seen is not the last.
    """
    with transaction.atomic():
        draft = _locked(version)
        if draft.state != "draft":
            raise ContentChanged
        if draft.drafted_by_id != by.pk:
            raise Forbidden("Only the person who drafted this version edits it.")
        if draft.revision != revision:
            raise VersionMoved(revision=draft.revision)
        draft.content = dict(content)
        draft.sha256 = canonical_sha256(content)
        draft.change_note = draft.change_note if change_note is None else change_note
        _move(draft, "protocol_version.edited", by=by, at=at)
    return draft


def publish_version(version: ProtocolVersion, *, by: User, at: datetime) -> ProtocolVersion:
    """Put a draft in force, unchangeable from now on. Publishing it again changes nothing.

    Raises FourEyes when the drafter tries, RecordRefused with every problem of the content.
    """
    with transaction.atomic():
        draft = _locked(version)
        if draft.state == "published":
            return draft
        if draft.state == "retired":
            raise StateConflict("A retired version is not published again.")
        if draft.drafted_by_id == by.pk:
            raise FourEyes("Another person publishes than the one who drafted.")
        problems = content_problems(draft.content) or _reused(draft)
        if problems:
            raise _refused(*problems)
        draft.state, draft.published_by, draft.published_at = "published", by, at
        _move(draft, "protocol_version.published", by=by, at=at)
    return draft


def retire_version(version: ProtocolVersion, *, by: User, at: datetime) -> ProtocolVersion:
    """Take a published version out of use; what was captured under it is still accepted.

    Retiring it again changes nothing. A draft raises StateConflict.
    """
    with transaction.atomic():
        published = _locked(version)
        if published.state == "retired":
            return published
        if published.state == "draft":
            raise StateConflict("A draft was never in use.")
        published.state, published.retired_at = "retired", at
        _move(published, "protocol_version.retired", by=by, at=at)
    return published


def export_version(version: ProtocolVersion) -> dict[str, Any]:
    """Return a version as a document that partners can import."""
    return {
        "format": FORMAT,
        "protocol": {"slug": version.protocol.slug, "title": version.protocol.title},
        "number": version.number,
        "state": version.state,
        "change_note": version.change_note,
        "sha256": version.sha256,
        "content": version.content,
    }


def import_version(*, project: Project, document: Any, by: User, at: datetime) -> ProtocolVersion:
    """Take in an exported version as a draft and return it; what is known already is not touched.

    Raises ImportRefused for a document that is not whole, ContentChanged when the number is known
    with other content.
    """
    problems = list(_DOCUMENT(document, ""))
    if not problems and document["format"] != FORMAT:
        problems = [Problem(pointer="/format", code="unknown", detail=f"This is not {FORMAT}.")]
    if not problems and canonical_sha256(document["content"]) != document["sha256"]:
        detail = "The content is not the one this digest was made of."
        problems = [Problem(pointer="/sha256", code="digest-differs", detail=detail)]
    if problems:
        raise ImportRefused(
            problems[0].detail, problems=[problem.as_wire() for problem in problems]
        )
    named = document["protocol"]
    with transaction.atomic():
        protocol = create_protocol(
            project=project, slug=named["slug"], title=named["title"], by=by, at=at
        )
        return draft_version(
            protocol=protocol,
            number=document["number"],
            content=document["content"],
            by=by,
            at=at,
            change_note=document.get("change_note", ""),
        )


def _locked(version: ProtocolVersion) -> ProtocolVersion:
    return (
        ProtocolVersion.objects.select_for_update(of=("self",))
        .select_related("protocol")
        .get(pk=version.pk)
    )


def _move(version: ProtocolVersion, action: str, *, by: User, at: datetime) -> None:
    """Store the next revision of a version and let tablets see it."""
    version.revision += 1
    version.save()
    _note(action, version, by=by, at=at)
    announce([version])


def _reused(draft: ProtocolVersion) -> list[Problem]:
    earlier = ProtocolVersion.objects.filter(protocol=draft.protocol_id).exclude(state="draft")
    return [
        problem
        for content in earlier.values_list("content", flat=True)
        for problem in reused_question_ids(content, draft.content)
    ]


def _refused(*problems: Problem) -> RecordRefused:
    return RecordRefused(problems[0].detail, problems=[problem.as_wire() for problem in problems])


def _note(action: str, subject: Protocol | ProtocolVersion, *, by: User, at: datetime) -> None:
    AuditEvent.objects.create(
        at=at,
        project_id=subject.project_id,
        user=by,
        action=action,
        subject_type=action.split(".", maxsplit=1)[0],
        subject=str(subject.pk),
        detail={"sha256": subject.sha256} if isinstance(subject, ProtocolVersion) else {},
    )
