"""Carrying runs out: claim, read, compute, store once; sweep up what got lost; notice change.

`publish` is light and may be imported anywhere. `carry_out` and what it needs import NumPy,
SciPy and matplotlib, so only tasks and commands import it.
"""

from __future__ import annotations
