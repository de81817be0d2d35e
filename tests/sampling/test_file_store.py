"""The engine that keeps files: what is written stays, what is not whole is never a file."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sampling.actions.file_store import FileStore
from sampling.errors import HashMismatch, NotFound, OffsetMoved, StorageFull

DATA = bytes(range(256)) * 1000


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(
        complete=tmp_path / "complete", unfinished=tmp_path / "unfinished", grace_s=0.05
    )


def test_a_file_grows_and_gets_its_place(store):
    sha256 = hashlib.sha256(DATA).hexdigest()
    store.begin("a")

    grown = store.append("a", [DATA[:10], DATA[10:50]], at=0)
    store.append("a", [DATA[50:]], at=grown)
    store.verify("a", sha256)
    store.place("a", sha256)
    store.place("a", sha256)
    store.drop("a")

    assert store.path(sha256).read_bytes() == DATA
    assert store.holds(sha256)
    assert list(store.unfinished_files()) == []


def test_what_was_written_stays_when_the_pieces_end_in_an_error(store):
    def pieces():
        yield DATA[:10]
        raise ConnectionResetError

    store.begin("a")
    with pytest.raises(ConnectionResetError):
        store.append("a", pieces(), at=0)

    assert store.offset("a") == 10


def test_a_later_request_takes_over_and_the_earlier_one_is_stopped(store):
    store.begin("a")

    def pieces():
        yield DATA[:10]
        store.append("a", [DATA[10:30]], at=10)  # the tablet came back over another connection
        yield DATA[10:20]

    with pytest.raises(OffsetMoved):
        store.append("a", pieces(), at=0)

    assert store.offset("a") == 30


def test_who_asks_for_the_offset_stops_who_still_appends(store):
    store.begin("a")
    told = []

    def pieces():
        yield DATA[:10]
        told.append(store.offset("a"))
        yield DATA[10:20]

    with pytest.raises(OffsetMoved):
        store.append("a", pieces(), at=0)

    assert told == [10] == [store.offset("a")]


def test_a_late_request_finds_the_file_whole_and_writes_nothing_into_it(store):
    sha256 = hashlib.sha256(DATA[:10]).hexdigest()
    store.begin("a")

    def pieces():
        yield DATA[:10]
        store.verify("a", sha256)
        store.place("a", sha256)
        store.drop("a")
        yield DATA[10:20]

    with pytest.raises(OffsetMoved):
        store.append("a", pieces(), at=0)

    assert store.path(sha256).read_bytes() == DATA[:10]


def test_an_empty_part_at_another_place_is_refused(store):
    store.begin("a")

    with pytest.raises(OffsetMoved):
        store.append("a", [], at=5)


def test_other_bytes_than_announced_are_dropped(store):
    store.begin("a")
    store.append("a", [DATA], at=0)

    with pytest.raises(HashMismatch):
        store.verify("a", "0" * 64)

    assert list(store.unfinished_files()) == []


def test_an_unfinished_file_nobody_began_is_not_found(store):
    for ask in (
        lambda: store.offset("a"),
        lambda: store.append("a", [], at=0),
        lambda: store.verify("a", "0" * 64),
    ):
        with pytest.raises(NotFound):
            ask()
    store.drop("a")


def test_a_disk_that_fills_up_is_told_as_such(store, tmp_path):
    store.begin("a")
    full = tmp_path / "unfinished" / "a"
    full.unlink()
    full.symlink_to("/dev/full")  # a device on which there is never room

    with pytest.raises(StorageFull):
        store.append("a", [DATA], at=0)


def test_other_troubles_of_the_disk_are_told_as_they_are(store, tmp_path):
    (tmp_path / "unfinished").write_text("in the way")

    with pytest.raises(FileExistsError):
        store.begin("a")


def test_some_of_the_disk_is_left_for_others(tmp_path):
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    store = FileStore(complete=tmp_path, unfinished=tmp_path, reserve_bytes=free // 2)

    store.check_room(1)
    with pytest.raises(StorageFull):
        store.check_room(free)


def test_a_part_kept_aside_is_joined_and_goes(store):
    store.begin("a")
    store.begin("b")
    store.append("a", [DATA[:10]], at=0)
    store.append("b", [DATA[10:30]], at=0)

    assert store.join("a", "b", at=10) == 30
    assert [name for name, _ in store.unfinished_files()] == ["a"]


def test_files_are_their_owners_alone(store, tmp_path):
    store.begin("a")

    assert (tmp_path / "unfinished" / "a").stat().st_mode & 0o077 == 0


def test_who_comes_back_waits_for_what_had_already_arrived(tmp_path):
    store = FileStore(complete=tmp_path / "c", unfinished=tmp_path / "u", grace_s=30)
    store.begin("a")
    is_writing = threading.Event()

    def pieces():
        yield DATA[:10]
        is_writing.set()
        time.sleep(0.2)
        yield DATA[10:30]

    with ThreadPoolExecutor(1) as hands:
        earlier = hands.submit(store.append, "a", pieces(), at=0)
        is_writing.wait()
        here = store.offset("a")

    assert here == earlier.result() == 30
