"""A tablet that sends files by hand, well or badly."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

from django.test import Client

from tests.sync.wire import Wire

TUS = {"Tus-Resumable": "1.0.0"}


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def metadata(**texts: str) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in texts.items())


class Sender:
    """One device, and requests about files."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.client = Client()

    def ask(self, method: str, path: str, data: bytes = b"", **headers: str) -> Any:
        """Send one request. `headers` use underscores; an empty one is left out."""
        named = {"Authorization": f"Bearer {self.wire.token}"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/octet-stream")
        sent = {name: value for name, value in named.items() if value}
        # A body that may end before its announced length; an empty one has a type too.
        body: Any = {"wsgi.input": io.BytesIO(data), "CONTENT_TYPE": kind}
        return self.client.generic(method, path, data, kind, headers=sent, **body)

    def put(self, data: bytes, sha256: str | None = None, **headers: str) -> Any:
        return self.ask("PUT", self.address(sha256 or sha256_of(data)), data, **headers)

    def address(self, sha256: str) -> str:
        return f"/sync/v1/blobs/sha256/{sha256}"

    def begin(self, data: bytes, **headers: str) -> Any:
        """Begin an upload of some bytes."""
        asked = {
            "Tus_Resumable": "1.0.0",
            "Upload_Length": str(len(data)),
            "Upload_Metadata": metadata(sha256=sha256_of(data), filename="a.jpg"),
        }
        return self.ask("POST", "/sync/v1/uploads/", **{**asked, **headers})

    def begun(self, data: bytes) -> str:
        """Return the address of a new upload."""
        answer = self.begin(data)
        assert answer.status_code == 201, answer.content
        return str(answer.headers["Location"])

    def part(self, upload: str, data: bytes, offset: int, **headers: str) -> Any:
        asked = {
            "Tus_Resumable": "1.0.0",
            "Upload_Offset": str(offset),
            "Content_Type": "application/offset+octet-stream",
        }
        return self.ask("PATCH", upload, data, **{**asked, **headers})

    def state(self, upload: str) -> Any:
        return self.ask("HEAD", upload, Tus_Resumable="1.0.0")

    def offset(self, upload: str) -> int:
        answer = self.state(upload)
        assert answer.status_code == 200, answer.headers
        return int(answer.headers["Upload-Offset"])

    def attachment(self, core: dict[str, Any], data: bytes, **values: Any) -> dict[str, Any]:
        """Return the operation that attaches some bytes to a core."""
        fields = {"soil_core": core["id"], "sha256": sha256_of(data), "size_bytes": len(data)}
        return self.wire.op("attachment", values={**fields, **values})
