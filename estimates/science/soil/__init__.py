"""The soil that roots grow in: texture, density and stones, C stocks, resistance, chemistry.

`texture` names classes, `coarse_fragments` brings stocks computed in four ways to one, `stocks`
and `equivalent_mass` add up SOC to a depth or to a mass, `penetration` finds the layer that stops
roots, `chemistry` keeps numbers of different methods apart, `groups` knows the soils of the WRB.
"""

from __future__ import annotations
