"""A person at the site's public addresses: signs in as people do, then speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

TIMEOUT_S = 300.0


class Refused(Exception):
    """The site said no; `document` is its problem document (RFC 9457)."""

    def __init__(self, request: str, status: int, document: Any) -> None:
        self.status = status
        self.document = document if isinstance(document, dict) else {"detail": str(document)[:500]}
        super().__init__(f"{request}: {status} {json.dumps(self.document, ensure_ascii=False)}")


class Person:
    """One person with the cookies of one browser; for one thread."""

    def __init__(self, base_url: str, username: str) -> None:
        parts = urlsplit(base_url)
        self.username = username
        self._host, self._port = parts.hostname or "", parts.port
        self._cookies: dict[str, str] = {}

    def sign_in(self, path: str, password: str) -> None:
        """Fill in the form of the sign-in page; raises Refused when it does not let in."""
        self._send("GET", path, {}, None)
        form = {
            "username": self.username,
            "password": password,
            "csrfmiddlewaretoken": self._cookies["csrftoken"],
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self._send("POST", path, headers, urlencode(form).encode())
        if status != 302 or "sessionid" not in self._cookies:
            raise Refused(f"{self.username} signs in", status, body.decode(errors="replace"))

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of an address; raises Refused."""
        return self._json("GET", _with_query(path, query), None, {})

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page after page."""
        query = {"limit": 1000, **query}
        while True:
            page = self.get(path, **query)
            yield from page["results"]
            if not page.get("next"):
                return
            query = dict(parse_qsl(urlsplit(page["next"]).query))

    def text(self, path: str) -> str:
        """Return what an address holds as text, such as a drawing; raises Refused."""
        status, body = self._send("GET", path, {}, None)
        if status >= 300:
            raise Refused(f"GET {path}", status, body.decode(errors="replace"))
        return body.decode()

    def post(self, path: str, document: Any, *, key: str = "", **query: Any) -> Any:
        """Send JSON and return the JSON answered; `key` is its Idempotency-Key. Raises Refused."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._json("POST", _with_query(path, query), document, headers)

    def _json(self, method: str, path: str, document: Any, headers: Mapping[str, str]) -> Any:
        body = None if document is None else json.dumps(document).encode()
        sent = {"Content-Type": "application/json", **headers} if body else dict(headers)
        sent["X-CSRFToken"] = self._cookies.get("csrftoken", "")
        status, answer = self._send(method, path, sent, body)
        try:
            read = json.loads(answer) if answer else None
        except ValueError:
            read = answer.decode(errors="replace")
        if status >= 300:
            raise Refused(f"{method} {path}", status, read)
        return read

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Accept": "application/json, text/html, image/svg+xml", **headers}
        connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, {**sent, "Cookie": cookies})
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                self._cookies |= {name: cookie.value for name, cookie in SimpleCookie(line).items()}
            return answer.status, answer.read()
        finally:
            connection.close()


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
