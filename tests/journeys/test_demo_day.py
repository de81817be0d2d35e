"""The demo day on a campaign of a few rows, over HTTP, with the workers' work done in between."""

from __future__ import annotations

import json
import signal
import time
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from estimates.models import EstimateRun
from estimates.runs.carry_out import complete_run
from rootfield.demo.tables import read_folder
from rootfield.management.commands.demo import Command
from rootfield.management.commands.sweep import sweep
from rootfield.site import SupervisedSite
from sampling.models import Determination, SoilCore, SyncConflict, SyncOperation

# Maize and grass of the EBI Energy Farm, 2011 (Black et al. 2017, doi:10.5061/dryad.79822, CC0),
# with a lower depth, a diameter and a distance that cannot be.
CAMPAIGN = {
    "sites": """
        site_id,land_use,country,latitude,longitude
        FARM,cropland,US,40.06,-88.20
        ALLEY,agroforestry,GB,52.00,-0.43
    """,
    "plots": """
        plot_id,site_id,year,block,crop
        MAIZE,FARM,2011,0,maize
        UNTOUCHED,FARM,2011,0,maize
        TREES,ALLEY,2011,B1,barley
    """,
    "cores": """
        core_id,plot_id,sampled_on,date_precision,core_diameter_cm,cores_composited,distance_to_tree_m
        M1,MAIZE,2011,year,3.81,3,
        M2,MAIZE,2011,year,3.81,3,
        M3,MAIZE,2011,year,381,3,
        T0,TREES,2011,year,3.81,1,0
        T1,TREES,2011,year,3.81,1,1
    """,
    "layers": """
        layer_id,core_id,depth_top_cm,depth_bottom_cm,soil_volume_cm3
        M1-0,M1,0,10,342.03
        M1-10,M1,10,30,684.06
        M2-0,M2,0,10,342.03
        M2-10,M2,30,10,684.06
        M3-0,M3,0,10,342.03
        T0-0,T0,0,30,342.03
        T1-0,T1,0,30,342.03
    """,
    "root_samples": """
        root_sample_id,layer_id,fraction,status,dry_mass_g
        M1-0-R,M1-0,root,mixed,0.99
        M1-10-R,M1-10,root,mixed,0.17
        M2-0-R,M2-0,root,mixed,0.80
        T0-0-R,T0-0,fine root,live,1.10
        T1-0-R,T1-0,fine root,live,0.70
    """,
    "lab_results": """
        lab_result_id,subject_type,subject_id,analyte,value,unit,value_raw
        1,root_sample,M1-0-R,C,43.51,% of dry mass,
        2,root_sample,M1-10-R,C,,% of dry mass,NEM
        3,root_sample,M2-0-R,C,143.51,% of dry mass,
        4,root_sample,NOWHERE,C,40.0,% of dry mass,
    """,
}


class OwnWorkers(SupervisedSite):
    """The live server of a test; the work of workers and sweeper is done where it waits."""

    def mend(self) -> list[str]:
        sweep()
        for run in EstimateRun.objects.active().ready():
            complete_run(run.pk, worker="test")
        return []


@pytest.fixture
def folder(tmp_path):
    directory = tmp_path / "campaign"
    directory.mkdir()
    for name, text in CAMPAIGN.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (directory / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return directory


@pytest.fixture
def told(folder, live_server, settings, tmp_path):
    """Live through the day; return what it said and the counts it ended with."""
    settings.DATA_DIR = tmp_path
    out = StringIO()
    command = Command(stdout=out)
    command.prepare()
    site = OwnWorkers(url=live_server.url, children=[], port=0, logs=tmp_path / "logs", commands={})
    summary = command.live(site, read_folder(folder), started=time.monotonic())
    current_app.control.purge()
    return out.getvalue(), summary


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_demo_day_goes_from_protocols_to_estimates_and_loses_no_row(told, tmp_path):
    words, summary = told

    assert summary["records"]["plot"] == 3
    assert summary["records"]["protocol_version"] == summary["records"]["campaign"] == 2
    assert SoilCore.objects.count() == 4
    assert_every_trouble_is_told(words)
    assert_every_row_is_accounted_for(words)
    assert_the_amended_result_was_followed(words, summary)
    assert len(list((tmp_path / "plots").glob("*.svg"))) == 4
    assert json.loads(json.dumps(summary)).keys() == {
        "records",
        "outcomes",
        "results",
        "findings",
        "runs",
        "estimates",
        "seconds",
    }


def assert_every_trouble_is_told(words):
    assert "outcomes came back unchanged" in words
    assert "a segment from 40 to 20 cm is quarantined: Upper depth must be above" in words
    assert "came before their core and were deferred" in words
    assert "both edits of one core stand" in words
    assert "a conflict in note" in words
    assert SyncConflict.objects.count() == 1


def assert_every_row_is_accounted_for(words):
    assert "quarantined: soil core M3: The inner diameter is above 0 and at most 100 cm." in words
    assert "deferred: core segment M3-0: It waits for soil core M3." in words
    assert "quarantined: core segment M2-10: Upper depth must be above lower depth." in words
    assert "rejected: result 3: " in words
    assert "lab_results row 5 4: Its root_sample 'NOWHERE' is missing." in words
    assert not SyncOperation.objects.filter(status="rejected").exists()


def assert_the_amended_result_was_followed(words, summary):
    assert "lab-tech amended carbon of 1: 43.51 becomes 42.6398 %" in words
    assert "stale: plot MAIZE: determination" in words
    assert "computed again: plot MAIZE, generation 1" in words
    assert summary["results"] == {"approved": 2, "superseded": 1}
    assert summary["runs"] == {"failed": 1, "succeeded": 6}
    assert "not estimated: plot UNTOUCHED: " in words
    assert Determination.objects.get(state="superseded").as_entered == "43.51"


@pytest.mark.django_db
def test_the_demo_leaves_a_database_that_is_in_use_alone(project):
    with pytest.raises(CommandError, match="needs an empty one"):
        Command().prepare()


@pytest.fixture
def own_signals():
    """Put back what a command does about signals."""
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_signals")
def test_the_demo_says_which_file_of_a_campaign_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match=r"sites\.csv"):
        call_command("demo", campaign=tmp_path, exit=True)
