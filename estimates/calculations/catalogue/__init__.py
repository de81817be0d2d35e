"""One module per calculation, each declaring it as CALCULATION; see `estimates.calculations`."""

from __future__ import annotations
