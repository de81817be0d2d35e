"""`python -m benchmarks`: all of them, one after the other; with a name, that one."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    """Return the benchmarks there are; a module that begins with _ is part of another."""
    found = (module.name for module in pkgutil.iter_modules([str(HERE)]))
    return sorted(name for name in found if not name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the benchmarks in processes of their own; return 1 when one of them fails."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        sys.stderr.write(f"No benchmark {', '.join(unknown)}; there are {', '.join(names())}.\n")
        return 2
    failed = [
        name
        for name in wanted or names()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    ]
    if failed:
        sys.stderr.write(f"Failed: {', '.join(failed)}.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
