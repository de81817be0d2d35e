"""A short attack on a site of its own: nothing is lost, doubled or answered differently."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rootfield.embedded import BASE_DIR
from tests.house.surroundings import without_services

SECONDS = 20


@pytest.mark.services
@pytest.mark.slow
def test_what_is_killed_under_tablets_costs_them_nothing(tmp_path) -> None:
    found = tmp_path / "found.json"

    attack = subprocess.run(
        [
            *(sys.executable, "-m", "tests.chaos", f"--seconds={SECONDS}", "--seed=1"),
            *("--writers=2", f"--json={found}"),
        ],
        cwd=BASE_DIR,
        env=without_services(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert attack.returncode == 0, attack.stdout + attack.stderr
    document = json.loads(found.read_text())
    assert document["done"]["workers killed"] > SECONDS / 2
    assert document["done"]["operations"] > 1000
    assert document["done"]["snapshots read on"] > 0
    assert document["done"]["snapshots"] > 0
    assert set(document["found"].values()) == {0}
