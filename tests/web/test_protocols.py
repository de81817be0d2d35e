"""A protocol is drafted by one person, published by another, compared and retired."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from sampling.models import Protocol, ProtocolVersion
from tests.protocol_examples import protocol_content
from tests.web.scenes import faults_of


@pytest.fixture
def editor(signed_in, protocol_editor):
    return signed_in(protocol_editor)


@pytest.fixture
def publisher(signed_in, protocol_publisher):
    return signed_in(protocol_publisher)


def draft_form(content=None, **changes):
    text = json.dumps(protocol_content() if content is None else content)
    return {"number": "1.1.0", "content": text, "change_note": "deeper", **changes}


@pytest.fixture
def draft(editor, project, protocol, protocol_version):
    """A draft of the next version, with a layer more."""
    content = protocol_content()
    content["depth_layers"].append({"id": "deep", "upper_depth_cm": 60, "lower_depth_cm": 90})
    url = reverse("pages:protocol-version-new", args=[project.pk, protocol.pk])
    assert editor.post(url, draft_form(content)).status_code == 302
    return ProtocolVersion.objects.get(number="1.1.0")


def test_a_new_protocol_begins_with_an_outline_and_is_kept_as_a_draft(editor, project):
    url = reverse("pages:protocol-new", args=[project.pk])
    outline = editor.get(url).content.decode()

    answer = editor.post(url, draft_form(title="Root cores", slug="cores", number="1.0.0"))

    version = ProtocolVersion.objects.get()
    assert "depth_layers" in outline
    assert answer.headers["Location"] == reverse(
        "pages:protocol-version", args=[project.pk, version.pk]
    )
    assert (version.state, version.protocol.slug) == ("draft", "cores")


def test_the_next_version_begins_with_the_words_of_the_last(
    editor, project, protocol, protocol_version
):
    url = reverse("pages:protocol-version-new", args=[project.pk, protocol.pk])

    html = editor.get(url).content.decode()

    assert "root auger" in html
    assert faults_of(html) == []


def test_the_version_page_reads_like_a_protocol(publisher, project, protocol_version):
    url = reverse("pages:protocol-version", args=[project.pk, protocol_version.pk])

    html = publisher.get(url).content.decode()

    for words in ("topsoil", "0.4", "dry-combustion", "300 to 480", "2, 0.5", "Stones hit"):
        assert words in html
    assert protocol_version.sha256 in html


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "Line 1, column 2"),
        ("[1]", "one JSON object"),
        ('{"a": NaN}', "not a number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "\\u0000"}', "no text may hold"),
        ("", "required"),
    ],
)
def test_content_that_cannot_be_read_is_refused_and_stays_in_the_form(
    editor, project, protocol, text, sentence
):
    url = reverse("pages:protocol-version-new", args=[project.pk, protocol.pk])

    answer = editor.post(url, draft_form(content=None) | {"content": text})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ProtocolVersion.objects.exists()


def test_an_unfinished_draft_is_kept_with_everything_wrong_in_it_shown(
    editor, publisher, project, draft
):
    edit = reverse("pages:protocol-edit", args=[project.pk, draft.pk])
    form = {"content": '{"depth_layers": "all"}', "revision": draft.revision}

    kept = editor.post(edit, form)

    page = reverse("pages:protocol-version", args=[project.pk, draft.pk])
    html = editor.get(page).content.decode()
    refused = publisher.post(reverse("pages:protocol-publish", args=[project.pk, draft.pk]))
    assert kept.status_code == 302
    assert "Before it can be published" in html
    assert html.count("<code>/") >= 9
    assert faults_of(html) == []
    assert refused.status_code == 422
    assert ProtocolVersion.objects.get(pk=draft.pk).state == "draft"


def test_a_draft_somebody_changed_in_another_window_is_not_overwritten(editor, project, draft):
    edit = reverse("pages:protocol-edit", args=[project.pk, draft.pk])
    form = {"content": json.dumps(protocol_content(note="first")), "revision": draft.revision}
    editor.post(edit, form)

    late = editor.post(edit, {**form, "content": json.dumps(protocol_content(note="second"))})

    assert late.status_code == 409
    assert "second" in late.content.decode()
    assert ProtocolVersion.objects.get(pk=draft.pk).content["note"] == "first"


def test_another_person_publishes_and_then_nobody_edits(editor, publisher, project, draft):
    publish = reverse("pages:protocol-publish", args=[project.pk, draft.pk])

    by_author = editor.post(publish)
    by_another = publisher.post(publish)

    edit = editor.get(reverse("pages:protocol-edit", args=[project.pk, draft.pk]))
    assert by_author.status_code == 403
    assert by_another.status_code == 302
    assert ProtocolVersion.objects.get(pk=draft.pk).state == "published"
    assert edit.status_code == 404


def test_who_holds_both_roles_still_does_not_publish_the_own_draft(
    editor, protocol_editor, project, draft
):
    protocol_editor.memberships.create(project=project, role="protocol_publisher")

    answer = editor.post(reverse("pages:protocol-publish", args=[project.pk, draft.pk]))

    assert answer.status_code == 403
    assert "Another person publishes" in answer.content.decode()
    assert ProtocolVersion.objects.get(pk=draft.pk).state == "draft"


def test_a_number_that_is_taken_with_other_content_is_refused(
    editor, project, protocol, protocol_version
):
    url = reverse("pages:protocol-version-new", args=[project.pk, protocol.pk])

    answer = editor.post(url, draft_form(protocol_content(note="other"), number="1.0.0"))

    assert answer.status_code == 422
    assert "take the next number" in answer.content.decode()


def test_the_comparison_shows_what_was_added(publisher, project, draft, protocol_version):
    url = reverse("pages:protocol-diff", args=[project.pk, draft.pk])

    html = publisher.get(url, {"since": protocol_version.pk}).content.decode()
    strange = publisher.get(url, {"since": "x"})

    assert "/depth_layers/deep" in html
    assert faults_of(html) == []
    assert strange.status_code == 404


def test_a_retired_version_stays_readable(publisher, project, protocol_version):
    answer = publisher.post(
        reverse("pages:protocol-retire", args=[project.pk, protocol_version.pk])
    )

    page = publisher.get(answer.headers["Location"]).content.decode()
    assert ProtocolVersion.objects.get().state == "retired"
    assert "Retired" in page


def test_the_document_is_a_file_partners_can_import(publisher, project, protocol_version):
    answer = publisher.get(
        reverse("pages:protocol-document", args=[project.pk, protocol_version.pk])
    )

    document = answer.json()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="root-cores-1.0.0.json"'
    assert document["content"] == protocol_content()
    assert document["sha256"] == protocol_version.sha256


def test_an_author_opens_the_own_draft_with_its_blocks_in_order(editor, project, draft):
    html = editor.get(reverse("pages:protocol-edit", args=[project.pk, draft.pk])).content.decode()

    assert html.index("depth_layers") < html.index("&quot;core&quot;") < html.index("estimators")
    assert f'name="revision" value="{draft.revision}"' in html


def test_a_draft_is_not_kept_when_its_json_is_broken(editor, project, draft):
    edit = reverse("pages:protocol-edit", args=[project.pk, draft.pk])

    answer = editor.post(edit, {"content": "{", "revision": draft.revision})

    assert answer.status_code == 422
    assert ProtocolVersion.objects.get(pk=draft.pk).content == draft.content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"slug": "no spaces"}, "letters, numbers"), ({"number": "one"}, "three numbers with dots")],
)
def test_a_protocol_that_cannot_be_made_says_why(editor, project, changes, sentence):
    url = reverse("pages:protocol-new", args=[project.pk])

    answer = editor.post(url, draft_form(**{"title": "T", "slug": "t", **changes}))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Protocol.objects.exists()


def test_versions_of_two_protocols_are_not_compared(editor, publisher, project, protocol_version):
    url = reverse("pages:protocol-new", args=[project.pk])
    editor.post(url, draft_form(title="Other", slug="other"))
    other = ProtocolVersion.objects.get(protocol__slug="other")

    answer = publisher.get(
        reverse("pages:protocol-diff", args=[project.pk, other.pk]),
        {"since": protocol_version.pk},
    )

    assert answer.status_code == 404
