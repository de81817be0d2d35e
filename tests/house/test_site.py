"""The site's own commands start its processes and stop them."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from rootfield.children import ChildDied, start_child
from rootfield.embedded import BASE_DIR
from rootfield.site import HOST, Site, SupervisedSite, free_port, is_live, refuse_taken_port
from tests.house.surroundings import without_services


@contextmanager
def command(*arguments, **variables):
    """Run a management command and stop it, whatever happens, with SIGTERM."""
    environment = {**without_services(), "PYTHONUNBUFFERED": "1", **variables}
    with subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()


def line_with(process, words):
    """Return the first line that holds the words; the rest of the output when none does."""
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return line
    pytest.fail("".join(said))


@pytest.mark.services
def test_services_print_where_they_answer_and_stop_when_asked(directory):
    with command("services", ROOTFIELD_DATA_DIR=str(directory)) as process:
        database = line_with(process, "DATABASE_URL=postgresql://")
        redis = line_with(process, "REDIS_URL=unix://")

    assert database
    assert redis
    assert process.wait() == 0
    assert not (directory / "services.json").exists()


@pytest.mark.services
@pytest.mark.slow
def test_run_serves_the_site_until_it_is_asked_to_stop(directory):
    port = free_port()

    with command(
        "run", f"--port={port}", "--concurrency=1", ROOTFIELD_DATA_DIR=str(directory)
    ) as process:
        line_with(process, f"http://127.0.0.1:{port}/")
        was_live = is_live(port)

    assert was_live
    assert process.wait() == 0
    assert not is_live(port)


def test_a_taken_port_is_named():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(ChildDied, match=f"Port {port} is taken"):
            refuse_taken_port(port)


def test_a_process_that_ends_is_reported_with_its_log(tmp_path):
    child = start_child(
        "sweeper", [sys.executable, "-c", "raise SystemExit('lost')"], log=tmp_path / "log"
    )
    child.process.wait()

    with pytest.raises(ChildDied, match="sweeper ended with status 1:\nlost"):
        Site(url="", children=[child]).check()


@contextmanager
def supervised(tmp_path, **commands):
    """Start processes under supervision, without waiting for a web server."""
    site = SupervisedSite(url="", children=[], port=0, logs=tmp_path, commands=commands)
    for name, program in commands.items():
        site.children.append(start_child(name, program, log=tmp_path / name))
        site.started[name] = 0.0
    try:
        yield site
    finally:
        site.stop()


def test_a_worker_that_is_killed_is_started_again_however_often(tmp_path):
    talking = ["sh", "-c", "echo begun; exec sleep 60"]
    with supervised(tmp_path, web=["sleep", "60"], worker=talking) as site:
        for _ in range(2):
            killed = site.children[1].process
            killed.kill()
            killed.wait()

            mended = site.mend()

            assert mended == ["worker"]
            assert site.children[1].is_running
            assert site.mend() == []
        assert (tmp_path / "worker.before.log").exists()


def test_a_worker_that_ends_right_after_its_start_ends_the_site(tmp_path):
    with supervised(tmp_path, web=["sleep", "60"], worker=["false"]) as site:
        site.children[1].process.wait()
        site.mend()
        site.children[1].process.wait()

        with pytest.raises(ChildDied, match="worker ended with status 1"):
            site.mend()


def test_a_web_server_that_ends_ends_the_site(tmp_path):
    with supervised(tmp_path, web=["false"]) as site:
        site.children[0].process.wait()

        with pytest.raises(ChildDied, match="web ended with status 1"):
            site.mend()
