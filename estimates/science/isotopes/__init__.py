"""Stable isotopes of C and N: scales, normalisation, mixing of sources, labelled roots.

`scales` turns delta values into atom fractions and back, `materials` knows reference materials,
`normalise` brings raw values to a scale, `mixing` tells shares of sources, `labelling` the C and N
that roots left in soil, and refuses to count lost roots twice.
"""

from __future__ import annotations
