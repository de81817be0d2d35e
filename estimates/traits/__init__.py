"""Root traits of the varieties of a campaign, from scans, crowns and depth profiles.

Like assembly it reads rows of sampling and hands plain values to science; unlike it, it loads
neither NumPy nor SciPy, so that a page can answer. Outsiders use `table.traits_of`, `TraitRow` and
`table.traits_answer`.
"""

from __future__ import annotations
