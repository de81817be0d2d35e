from __future__ import annotations

import re

import pytest

from sampling.rules import secrets


def test_a_code_is_four_groups_of_five_and_uses_every_byte() -> None:
    code = secrets.write_enrolment_code(bytes(range(20)))

    assert code == "01234-56789-ABCDE-FGHJK"
    assert secrets.write_enrolment_code(bytes(range(32, 52))) == code


@pytest.mark.parametrize(
    "typed", ["01234-56789-ABCDE-FGHJK", " ol234 56789abcdefghjk ", "0I234-56789-abcde-fghjk"]
)
def test_the_digest_is_that_of_the_code_meant(typed: str) -> None:
    assert secrets.enrolment_code_sha256(typed) == secrets.enrolment_code_sha256(
        "01234-56789-ABCDE-FGHJK"
    )


def test_another_code_has_another_digest() -> None:
    assert secrets.enrolment_code_sha256("01234") != secrets.enrolment_code_sha256("01235")


def test_digests_are_compared_whole() -> None:
    digest = secrets.token_sha256("a")

    assert secrets.same_digest(digest, secrets.token_sha256("a"))
    assert not secrets.same_digest(digest, secrets.token_sha256("b"))


def test_the_qr_is_an_svg_that_can_stand_in_a_page() -> None:
    svg = secrets.enrolment_qr("01234-56789-ABCDE-FGHJK", site_url="https://roots.example.org")

    assert re.match(r"<svg [^>]*>", svg)
    assert "<script" not in svg
