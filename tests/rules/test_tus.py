"""Headers of tus 1.0."""

from __future__ import annotations

import hashlib

import pytest

from sampling.errors import ChecksumMismatch, MalformedRequest
from sampling.rules import tus


def test_metadata_is_read_as_tus_writes_it():
    # The example of the protocol's own text, extension creation.
    header = "filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential"

    assert tus.read_metadata(header) == {
        "filename": "world_domination_plan.pdf",
        "is_confidential": "",
    }


def test_metadata_holds_only_texts_that_can_be_stored():
    assert tus.read_metadata("name AGE=") == {"name": "\ufffda"}
    assert tus.read_metadata("") == tus.read_metadata("Größe AGE=, , ") == {}


def test_a_checksum_is_read_and_checked():
    # "hello world", the body of the example of the extension checksum.
    checksum = tus.read_checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")
    assert checksum is not None
    running = checksum.begin()
    running.update(b"hello world")
    other = hashlib.sha1(b"hello", usedforsecurity=False)

    checksum.check(running)
    with pytest.raises(ChecksumMismatch):
        checksum.check(other)


def test_no_checksum_is_none():
    assert tus.read_checksum(None) is None


@pytest.mark.parametrize("header", ["crc32 AAAA", "sha1 ???", ""])
def test_a_checksum_that_cannot_be_read_is_refused(header):
    with pytest.raises(MalformedRequest):
        tus.read_checksum(header)


@pytest.mark.parametrize("header", [None, "", "-1", "1.5", "ten", "²", "9" * 30])
def test_a_number_that_is_none_is_refused(header):
    with pytest.raises(MalformedRequest):
        tus.read_number(header, "Upload-Length")


def test_a_number_is_read():
    assert tus.read_number(" 42", "Upload-Length") == 42


@pytest.mark.parametrize("header", ["name ???", "x " + "A" * 5000])
def test_metadata_that_cannot_be_read_is_refused(header):
    with pytest.raises(MalformedRequest):
        tus.read_metadata(header)


@pytest.mark.parametrize(
    "text", ["", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "../" * 21 + "a"]
)
def test_a_hash_is_64_hex_digits_and_nothing_else(text):
    with pytest.raises(MalformedRequest):
        tus.read_sha256(text)


def test_a_hash_is_read():
    assert tus.read_sha256("0123456789abcdef" * 4) == "0123456789abcdef" * 4
