"""C supply of AMG_base for its example, treatment CON: depth 28 cm, tolerance 1e-4 t C per ha."""

from __future__ import annotations

import pytest

from estimates.science.depth import BetaDepth
from tests.science.allometry.builders import allocated, kg_ha, yield_parameters

DEPTH_CM = 28.0
PLACEHOLDER_BETA = 0.75  # of all cover crops in AMG_base; our set leaves it out

# year, crop, kind, yield in t per ha, residues, C above and below ground, both humified
CON = [
    (2001, "Grain maize", "main", 10.64, "Returned", 4.8727, 1.7265, 1.1353, 0.6906),
    (2002, "Winter wheat", "main", 7.15, "Exported", 1.7109, 0.8927, 0.3713, 0.3571),
    (2003, "Grain maize", "main", 7.85, "Returned", 3.5950, 1.2738, 0.8376, 0.5095),
    (2004, "Spring barley", "main", 3.67, "Returned", 1.4263, 0.4963, 0.3323, 0.1985),
    (2005, "Grain maize", "main", 9.9, "Returned", 4.5338, 1.6064, 1.0564, 0.6426),
    (2006, "Winter wheat", "main", 7.7, "Exported", 1.8425, 0.9614, 0.3998, 0.3846),
    (2007, "Sugar beet", "main", 16.47, "Returned", 2.0679, 0.3939, 0.6514, 0.1576),
    (2008, "Spring barley", "main", 4.52, "Returned", 1.7566, 0.6112, 0.4093, 0.2445),
    (2009, "Grain maize", "main", 10.7, "Returned", 4.9002, 1.7362, 1.1417, 0.6945),
    (2010, "Winter wheat", "main", 6.64, "Exported", 1.5889, 0.8290, 0.3448, 0.3316),
    (2011, "Sugar beet", "main", 12.93, "Returned", 1.6234, 0.3092, 0.5114, 0.1237),
    (2012, "Spring barley", "main", 6.21, "Returned", 2.4134, 0.8398, 0.5623, 0.3359),
    (2013, "Grain maize", "main", 10.26, "Returned", 4.6987, 1.6648, 1.0948, 0.6659),
    (2014, "Winter wheat", "main", 5.58, "Exported", 1.3352, 0.6967, 0.2897, 0.2787),
    (2014, "Mustard", "cover", 5.14, "Returned", 2.2616, 0.6139, 0.8074, 0.2456),
    (2015, "Sugar beet", "main", 16.59, "Returned", 2.0829, 0.3968, 0.6561, 0.1587),
    (2016, "Spring barley", "main", 2.59, "Returned", 1.0065, 0.3502, 0.2345, 0.1401),
    (2016, "Mustard", "cover", 4.92, "Returned", 2.1648, 0.5876, 0.7728, 0.2351),
    (2017, "Grain maize", "main", 7.14, "Returned", 3.2698, 1.1586, 0.7619, 0.4634),
    (2018, "Winter wheat", "main", 5.98, "Exported", 1.4310, 0.7466, 0.3105, 0.2987),
]
H_BELOW = 0.40


@pytest.mark.parametrize("row", CON, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_supply_of_every_year_is_that_of_amg_base(row):
    _, crop, kind, yield_t_ha, residues, above, below, above_humified, below_humified = row
    numbers = yield_parameters()
    name = {"Mustard": "cover_mustard"}.get(crop, crop.lower().replace(" ", "_"))
    beta = PLACEHOLDER_BETA if kind == "cover" else numbers.value(f"amg_v2.{name}.beta")
    kept = 1.0 if residues == "Returned" else numbers.value(f"amg_v2.{name}.PSS")

    found = allocated("amg_v2", crop=crop, kind=kind, yield_t_ha=yield_t_ha)
    roots = kg_ha(found.root_c) + kg_ha(found.rhizodeposit_c)
    share = BetaDepth(beta=beta).share_above(DEPTH_CM)
    supply = (kg_ha(found.straw_c) * kept / 1000, roots * share / 1000)

    humified = numbers.value(f"amg_v2.{name}.h_AG")
    assert supply == pytest.approx((above, below), abs=1e-4)
    assert supply[0] * humified == pytest.approx(above_humified, abs=1e-4)
    assert supply[1] * H_BELOW == pytest.approx(below_humified, abs=1e-4)


def test_wheat_to_the_plough_and_to_its_deepest_root():
    """6.0 t of wheat: 0.667 and 0.433 t C per ha in all, 0.471 and 0.306 above 30 cm."""
    found = allocated("amg_v2", crop="winter wheat", yield_t_ha=6.0)
    share = BetaDepth(beta=0.96).share_above(30.0)

    whole = kg_ha(found.root_c) / 1000, kg_ha(found.rhizodeposit_c) / 1000
    assert whole == pytest.approx((0.667, 0.433), abs=0.0006)
    assert [part * share for part in whole] == pytest.approx([0.471, 0.306], abs=0.0006)
