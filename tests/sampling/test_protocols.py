from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from sampling.actions import protocols
from sampling.errors import (
    ContentChanged,
    Forbidden,
    FourEyes,
    ImportRefused,
    RecordRefused,
    StateConflict,
    VersionMoved,
)
from sampling.models import AuditEvent, Project, Protocol, ProtocolVersion, SyncChange, User
from sampling.rules.canonical_json import canonical_sha256
from tests.people import FRIDAY
from tests.protocol_examples import protocol_content


@pytest.fixture
def draft(protocol: Protocol, protocol_editor: User) -> ProtocolVersion:
    return protocols.draft_version(
        protocol=protocol,
        number="1.0.0",
        content=protocol_content(),
        by=protocol_editor,
        at=FRIDAY,
    )


def announced(version: ProtocolVersion) -> int:
    return SyncChange.objects.get(type="protocol_version", record=version.pk).revision


def test_a_draft_may_be_unfinished_and_is_announced(
    protocol: Protocol, protocol_editor: User
) -> None:
    version = protocols.draft_version(
        protocol=protocol, number="0.1.0", content={}, by=protocol_editor, at=FRIDAY
    )

    assert (version.state, version.sha256) == ("draft", canonical_sha256({}))
    assert announced(version) == 1


def test_a_draft_is_published_by_another_person(
    draft: ProtocolVersion, protocol_editor: User, protocol_publisher: User
) -> None:
    with pytest.raises(FourEyes):
        protocols.publish_version(draft, by=protocol_editor, at=FRIDAY)

    published = protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    assert (published.state, published.published_by) == ("published", protocol_publisher)
    assert announced(published) == published.revision == 2


def test_publishing_twice_changes_nothing(draft: ProtocolVersion, protocol_publisher: User) -> None:
    first = protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    again = protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    assert again.revision == first.revision


def test_an_unfinished_draft_is_not_published_and_every_problem_is_named(
    protocol: Protocol, protocol_editor: User, protocol_publisher: User
) -> None:
    content = protocol_content(estimators=[], core=None)
    draft = protocols.draft_version(
        protocol=protocol, number="1.0.0", content=content, by=protocol_editor, at=FRIDAY
    )

    with pytest.raises(RecordRefused) as refusal:
        protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    pointers = [problem["pointer"] for problem in refusal.value.extra["problems"]]
    assert pointers == ["/core", "/estimators"]


def test_a_question_id_is_never_used_for_another_question(
    draft: ProtocolVersion, protocol: Protocol, protocol_editor: User, protocol_publisher: User
) -> None:
    protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)
    content = protocol_content()
    content["questions"][1]["unit"] = "g/g"
    second = protocols.draft_version(
        protocol=protocol, number="2.0.0", content=content, by=protocol_editor, at=FRIDAY
    )

    with pytest.raises(RecordRefused) as refusal:
        protocols.publish_version(second, by=protocol_publisher, at=FRIDAY)

    assert refusal.value.extra["problems"][0]["code"] == "id-reused"


def test_a_draft_is_edited_by_the_one_who_drafted_it(
    draft: ProtocolVersion, protocol_editor: User, protocol_publisher: User
) -> None:
    content = protocol_content(note="washed twice")

    with pytest.raises(Forbidden):
        protocols.edit_draft(draft, content=content, by=protocol_publisher, at=FRIDAY, revision=1)
    edited = protocols.edit_draft(
        draft, content=content, by=protocol_editor, at=FRIDAY, revision=1, change_note="washing"
    )

    assert (edited.sha256, edited.revision) == (canonical_sha256(content), 2)
    assert (edited.change_note, announced(edited)) == ("washing", 2)


def test_an_edit_of_an_older_revision_is_refused(
    draft: ProtocolVersion, protocol_editor: User
) -> None:
    protocols.edit_draft(draft, content={}, by=protocol_editor, at=FRIDAY, revision=1)

    with pytest.raises(VersionMoved):
        protocols.edit_draft(draft, content={"a": 1}, by=protocol_editor, at=FRIDAY, revision=1)


def test_published_content_is_not_edited(
    draft: ProtocolVersion, protocol_editor: User, protocol_publisher: User
) -> None:
    protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    with pytest.raises(ContentChanged):
        protocols.edit_draft(draft, content={}, by=protocol_editor, at=FRIDAY, revision=2)


def test_the_same_content_under_a_known_number_is_nothing_new(
    draft: ProtocolVersion, protocol: Protocol, protocol_editor: User
) -> None:
    again = protocols.draft_version(
        protocol=protocol,
        number="1.0.0",
        content=protocol_content(),
        by=protocol_editor,
        at=FRIDAY,
    )

    assert again == draft
    assert ProtocolVersion.objects.count() == 1


def test_other_content_under_a_known_number_is_an_error(
    draft: ProtocolVersion, protocol: Protocol, protocol_editor: User
) -> None:
    with pytest.raises(ContentChanged):
        protocols.draft_version(
            protocol=protocol, number="1.0.0", content={}, by=protocol_editor, at=FRIDAY
        )


@pytest.mark.parametrize("number", ["1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.999999"])
def test_a_number_is_three_numbers_with_dots(
    protocol: Protocol, protocol_editor: User, number: str
) -> None:
    with pytest.raises(RecordRefused):
        protocols.draft_version(
            protocol=protocol, number=number, content={}, by=protocol_editor, at=FRIDAY
        )


def test_a_version_retires_and_does_not_come_back(
    draft: ProtocolVersion, protocol_publisher: User
) -> None:
    with pytest.raises(StateConflict):
        protocols.retire_version(draft, by=protocol_publisher, at=FRIDAY)
    protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)

    for _ in range(2):
        retired = protocols.retire_version(draft, by=protocol_publisher, at=FRIDAY)

    assert (retired.state, retired.revision, retired.retired_at) == ("retired", 3, FRIDAY)
    with pytest.raises(StateConflict):
        protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)


def test_an_exported_version_is_imported_elsewhere_as_a_draft(
    draft: ProtocolVersion, other_project: Project, outsider: User
) -> None:
    document = protocols.export_version(draft)

    taken = protocols.import_version(
        project=other_project, document=document, by=outsider, at=FRIDAY
    )
    again = protocols.import_version(
        project=other_project, document=document, by=outsider, at=FRIDAY
    )

    assert again == taken
    assert (taken.state, taken.sha256, taken.project) == ("draft", draft.sha256, other_project)


def test_an_import_with_changed_content_under_a_known_number_is_an_error(
    draft: ProtocolVersion, project: Project, protocol_editor: User
) -> None:
    document = protocols.export_version(draft)
    document["content"] = protocol_content(note="changed")
    document["sha256"] = canonical_sha256(document["content"])

    with pytest.raises(ContentChanged):
        protocols.import_version(project=project, document=document, by=protocol_editor, at=FRIDAY)


@pytest.mark.parametrize(
    ("damage", "pointer"),
    [
        ({"format": "other"}, "/format"),
        ({"sha256": "0" * 64}, "/sha256"),
        ({"content": []}, "/content"),
        ({"protocol": {"slug": "A B", "title": "x"}}, "/protocol/slug"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_damaged_document_is_refused_with_its_place(
    draft: ProtocolVersion,
    project: Project,
    protocol_editor: User,
    damage: dict[str, Any],
    pointer: str,
) -> None:
    document = {**copy.deepcopy(protocols.export_version(draft)), **damage}

    with pytest.raises(ImportRefused) as refusal:
        protocols.import_version(project=project, document=document, by=protocol_editor, at=FRIDAY)

    assert refusal.value.extra["problems"][0]["pointer"] == pointer


def test_every_step_is_in_the_audit(draft: ProtocolVersion, protocol_publisher: User) -> None:
    protocols.publish_version(draft, by=protocol_publisher, at=FRIDAY)
    protocols.retire_version(draft, by=protocol_publisher, at=FRIDAY)

    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "protocol_version.drafted",
        "protocol_version.published",
        "protocol_version.retired",
    ]


def run(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        "sha256 = 'x'",
        "number = '9.9.9'",
        "state = 'draft', published_by_id = NULL, published_at = NULL",
        "published_at = now()",
    ],
)
def test_the_database_keeps_published_content_as_it_is(
    protocol_version: ProtocolVersion, change: str
) -> None:
    sql = f"UPDATE sampling_protocolversion SET revision = revision + 1, {change} WHERE id = %s"

    with pytest.raises(DatabaseError, match=r"published|never back"):
        run(sql, protocol_version.pk)


def test_the_database_takes_no_publisher_who_drafted(
    draft: ProtocolVersion, protocol_editor: User
) -> None:
    sql = """UPDATE sampling_protocolversion SET revision = 2, state = 'published',
        published_by_id = %s, published_at = now() WHERE id = %s"""

    with pytest.raises(IntegrityError, match="protocolversion_published_by_another"):
        run(sql, protocol_editor.pk, draft.pk)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'published'", "protocolversion_published_by_another"),
        ("state = 'other'", "protocolversion_"),
    ],
)
def test_the_database_knows_the_states_of_a_version(
    draft: ProtocolVersion, change: str, constraint: str
) -> None:
    sql = f"UPDATE sampling_protocolversion SET revision = 2, {change} WHERE id = %s"

    with pytest.raises(IntegrityError, match=constraint):
        run(sql, draft.pk)


def test_the_database_takes_a_number_and_a_slug_once(draft: ProtocolVersion) -> None:
    copied = """INSERT INTO sampling_protocolversion (id, project_id, scope, revision, received_at,
        extra, protocol_id, number, state, content, sha256, change_note, drafted_by_id, drafted_at)
        SELECT gen_random_uuid(), project_id, scope, revision, received_at, extra, protocol_id,
        number, state, content, sha256, change_note, drafted_by_id, drafted_at
        FROM sampling_protocolversion"""
    doubled = """INSERT INTO sampling_protocol (id, project_id, slug, title)
        SELECT gen_random_uuid(), project_id, slug, title FROM sampling_protocol"""

    with pytest.raises(IntegrityError, match="protocolversion_number_once"):
        run(copied)
    with pytest.raises(IntegrityError, match="protocol_slug_once"):
        run(doubled)
