"""The reference client on the command line: `python -m sampling.tablet --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sampling.tablet import HttpTransport, Tablet, TabletError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one step, write its result as JSON and return 0; 1 with a sentence when it failed."""
    given = _parser().parse_args(arguments)
    try:
        with (
            closing(HttpTransport(given.url)) as transport,
            closing(Tablet(given.outbox, transport)) as tablet,
        ):
            result = _STEPS[given.step](tablet, given)
    except (TabletError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (ValueError, KeyError, TypeError) as error:
        if given.step != "capture":
            raise
        sys.stderr.write(f"{given.records} holds no records: {error!r}\n")
        return 1
    sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return 0


def _enrol(tablet: Tablet, code: str) -> dict[str, Any]:
    tablet.hello()
    tablet.enrol(code)
    return asdict(tablet.status())


def _capture(tablet: Tablet, path: Path) -> list[str]:
    """Save all records of a file or none."""
    records = json.loads(path.read_text("utf-8"))
    with tablet.together():
        return [
            tablet.capture(each["type"], each["fields"], each["scope"], record=each.get("id"))
            for each in records
        ]


def _attach(tablet: Tablet, given: argparse.Namespace) -> str:
    fields = {given.to: given.id, "kind": given.kind, "note": given.note}
    return tablet.attach(given.file, fields, given.scope)


def _push(tablet: Tablet) -> dict[str, Any]:
    """Send records first: what a file belongs to is then known when it arrives."""
    return {**asdict(tablet.push()), "files": asdict(tablet.send_files())}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sampling.tablet", description=__doc__)
    parser.add_argument("--outbox", required=True, help="the file that holds the tablet")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the server is")
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("enrol", help="become a device").add_argument("code")
    steps.add_parser("pull", help="read what is granted")
    capture = steps.add_parser("capture", help="create records, offline")
    capture.add_argument(
        "records",
        type=Path,
        help='a JSON file: a list of {"type", "scope", "fields", "id"}; id may be left out',
    )
    records = steps.add_parser("records", help="list records of a type as this tablet has them")
    records.add_argument("type", help="plot, sampling_point, soil_core, ...")
    attach = steps.add_parser("attach", help="attach a file to a record, offline")
    attach.add_argument("file", type=Path)
    attach.add_argument("--to", required=True, help="the type of the record: soil_core, ...")
    attach.add_argument("--id", required=True, help="the id of the record")
    attach.add_argument("--scope", required=True, help="the campaign: campaign:<uuid>")
    attach.add_argument("--kind", default="photo", help="photo, root_scan, document, ...")
    attach.add_argument("--note", default="")
    steps.add_parser("push", help="send what is not answered, then files")
    steps.add_parser("status", help="say where the tablet stands")
    return parser


_STEPS: dict[str, Callable[[Tablet, argparse.Namespace], Any]] = {
    "enrol": lambda tablet, given: _enrol(tablet, given.code),
    "pull": lambda tablet, given: asdict(tablet.pull()),
    "capture": lambda tablet, given: _capture(tablet, given.records),
    "records": lambda tablet, given: [asdict(one) for one in tablet.records(given.type)],
    "attach": _attach,
    "push": lambda tablet, given: _push(tablet),
    "status": lambda tablet, given: asdict(tablet.status()),
}


if __name__ == "__main__":
    sys.exit(main())
