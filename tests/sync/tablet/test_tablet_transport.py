from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sampling.tablet import AnswerUnreadable, HttpTransport, NetworkFailure
from sampling.tablet.__main__ import main
from tests.sync.tablet.fake_server import SCOPE, FakeServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(None)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        self.server.ports.append(self.client_address[1])
        if self.server.cuts:
            self.server.cuts -= 1
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf")
            self.close_connection = True
            return
        headers = {name.title(): value for name, value in self.headers.items()}
        answer = self.server.fake.request(self.command, self.path, headers, body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        # Not told to the client: as a server that gives up an idle connection.
        self.close_connection = self.server.closes

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def http():
    with HTTPServer(("127.0.0.1", 0), Handler) as served:
        served.fake, served.ports, served.cuts, served.closes = FakeServer(), [], 0, False
        thread = threading.Thread(target=served.serve_forever, args=[0.01])
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.fixture
def transport(http):
    with closing(HttpTransport(f"http://127.0.0.1:{http.server_port}/", timeout_s=5)) as transport:
        yield transport


def hello(transport):
    return transport.request("GET", "/sync/v1/", {"Sync-Protocol": "1"}, None)


def test_one_connection_carries_many_requests(http, transport):
    answers = [hello(transport) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[0].headers["content-encoding"] == "gzip"
    assert len(set(http.ports)) == 1


def test_a_connection_the_server_gave_up_is_opened_again(http, transport):
    http.closes = True

    answers = [hello(transport) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(set(http.ports)) == 3


def test_half_an_answer_is_a_network_failure_and_the_next_request_is_whole(http, transport):
    http.cuts = 1

    with pytest.raises(NetworkFailure):
        hello(transport)

    assert hello(transport).status == 200


def test_nobody_there_is_a_network_failure():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with closing(HttpTransport(f"http://127.0.0.1:{port}")) as transport:
        with pytest.raises(NetworkFailure):
            hello(transport)


def test_a_server_that_went_away_between_two_requests_is_a_network_failure(http):
    with closing(HttpTransport(f"http://127.0.0.1:{http.server_port}", timeout_s=5)) as transport:
        http.closes = True
        hello(transport)
        http.shutdown()
        http.socket.close()

        with pytest.raises(NetworkFailure):
            hello(transport)


@pytest.mark.parametrize("address", ["ftp://example.org", "example.org", "http://"])
def test_an_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(ValueError, match="address"):
        HttpTransport(address)


def test_an_address_may_be_below_a_path_and_behind_tls():
    transport = HttpTransport("https://example.org/rootfield/")

    assert transport._prefix == "/rootfield"
    assert transport._connection.port == 443


def run(http, tmp_path, capsys, *arguments):
    address = f"http://127.0.0.1:{http.server_port}"
    code = main(["--outbox", str(tmp_path / "tablet.db"), "--url", address, *arguments])
    output = capsys.readouterr()
    return code, json.loads(output.out) if output.out else None, output.err


def test_a_whole_day_can_be_done_on_the_command_line(http, tmp_path, capsys):
    records = tmp_path / "records.json"
    record = {"type": "soil_core", "scope": SCOPE, "fields": {"code": "C1"}, "id": "c1"}
    records.write_text(json.dumps([record, record | {"id": None}]), "utf-8")

    enrolled = run(http, tmp_path, capsys, "enrol", "one-time")
    captured = run(http, tmp_path, capsys, "capture", str(records))
    pushed = run(http, tmp_path, capsys, "push")
    pulled = run(http, tmp_path, capsys, "pull")
    status = run(http, tmp_path, capsys, "status")

    assert enrolled[1]["device"] == "device-1"
    assert captured[1][0] == "c1"
    assert [outcome["status"] for outcome in pushed[1]["outcomes"]] == ["applied", "applied"]
    assert pulled[1]["changes"] == 2
    assert status[1]["records"][SCOPE] == 2
    assert {step[0] for step in (enrolled, captured, pushed, pulled, status)} == {0}


@pytest.mark.parametrize("text", ["{", "7", '[{"type": "plot"}]', '["plot"]', None])
def test_records_that_cannot_be_read_are_told_in_a_sentence(http, tmp_path, capsys, text):
    records = tmp_path / "records.json"
    if text is not None:
        records.write_text(text, "utf-8")

    code, _, said = run(http, tmp_path, capsys, "capture", str(records))

    assert (code, said.count("\n")) == (1, 1)
    assert str(records) in said
    assert run(http, tmp_path, capsys, "status")[1]["last_n"] == 0


def test_what_a_tablet_holds_is_listed_by_type(http, tmp_path, capsys):
    records = tmp_path / "records.json"
    record = {"type": "soil_core", "scope": SCOPE, "fields": {"code": "C1"}, "id": "c1"}
    records.write_text(json.dumps([record]), "utf-8")
    run(http, tmp_path, capsys, "enrol", "one-time")
    run(http, tmp_path, capsys, "capture", str(records))

    listed = run(http, tmp_path, capsys, "records", "soil_core")[1]

    assert [(one["id"], one["data"]) for one in listed] == [("c1", {"code": "C1"})]
    assert run(http, tmp_path, capsys, "records", "plot")[1] == []


def test_the_package_is_a_command():
    command = [sys.executable, "-m", "sampling.tablet", "--help"]

    shown = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "enrol" in shown.stdout


def test_the_client_needs_neither_django_nor_anything_of_the_server():
    code = (
        "import sys, sampling.tablet.__main__; print([name for name in sys.modules"
        " if name.split('.')[0] in ('django', 'rootfield', 'msgspec')"
        " or name.startswith('sampling.') and not name.startswith('sampling.tablet')])"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_a_refusal_on_the_command_line_is_a_sentence_and_a_code(http, tmp_path, capsys):
    code, result, error = run(http, tmp_path, capsys, "enrol", "wrong")

    assert code == 1
    assert result is None
    assert "enrolment-refused" in error


def test_what_came_of_an_answer_that_broke_off_is_handed_over(http, transport):
    http.cuts = 1

    with pytest.raises(AnswerUnreadable) as broken:
        hello(transport)

    assert broken.value.begun.body == b"half"
    assert broken.value.begun.headers["content-length"] == "99"
    assert hello(transport).status == 200
