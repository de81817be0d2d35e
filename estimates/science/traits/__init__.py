"""Root traits: lengths, areas, densities, diameters, branching, angles, depth of rooting.

`morphology` computes traits of a washed and scanned sample and holds them against each other,
`diameters` splits length by class, `scans` reads what image programs mean by their columns,
`architecture` scores excavated crowns, `rooting_depth` gives D50, D95 and beta of a profile,
`vocabulary` maps names to those of GRooT.
"""

from __future__ import annotations
