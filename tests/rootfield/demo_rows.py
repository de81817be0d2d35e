"""One row of each table of a campaign, and what becomes of them."""

from __future__ import annotations

import uuid
from pathlib import Path

from rootfield.demo.mapping import map_campaign
from rootfield.demo.records import MappedCampaign
from rootfield.demo.rows import (
    CoreRow,
    LabResultRow,
    LayerRow,
    PlotRow,
    RootSampleRow,
    SiteRow,
)
from rootfield.demo.tables import CampaignTables

NAMESPACE = uuid.UUID("5f1d2f6e-3c1b-4b53-9d0f-0d1f2c6f7a10")
FULL = Path(__file__).parents[3] / "shared" / "data" / "demo-campaign"

SITE = SiteRow(row=2, key="S1", site_id="S1", land_use="cropland")
PLOT = PlotRow(row=2, key="P1", plot_id="P1", site_id="S1", year="2011", crop="maize")
CORE = CoreRow(row=2, key="C1", core_id="C1", plot_id="P1", sampled_on="2011")
LAYER = LayerRow(
    row=2, key="L1", layer_id="L1", core_id="C1", depth_top_cm="0", depth_bottom_cm="10"
)
ROOTS = RootSampleRow(
    row=2, key="R1", root_sample_id="R1", layer_id="L1", fraction="root", dry_mass_g="0.5"
)
RESULT = LabResultRow(
    row=2,
    key="A1",
    lab_result_id="A1",
    subject_type="root_sample",
    subject_id="R1",
    analyte="C",
    value="43",
    unit="% of dry mass",
)


def campaign(**changed) -> CampaignTables:
    rows = {
        "sites": (SITE,),
        "plots": (PLOT,),
        "cores": (CORE,),
        "layers": (LAYER,),
        "root_samples": (ROOTS,),
        "lab_results": (RESULT,),
    }
    return CampaignTables(source="here", problems=(), **(rows | changed))


def mapped(**changed) -> MappedCampaign:
    return map_campaign(campaign(**changed), namespace=NAMESPACE)


def only(records):
    (record,) = records
    return record
