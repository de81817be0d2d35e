"""How much memory this process held at most, by the kernel's count (Linux)."""

from __future__ import annotations

from pathlib import Path

import pytest

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Let the peak be what is held now; skips the test where the kernel keeps no such count."""
    if not CLEAR.exists():
        pytest.skip("needs Linux, which counts the memory of a process")
    CLEAR.write_text("5")


def peak_bytes() -> int:
    """Return the most this process held since the peak was forgotten."""
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    pytest.skip("needs Linux, which counts the memory of a process")
