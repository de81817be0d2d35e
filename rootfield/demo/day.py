"""The demo day: a campaign from the protocol to its estimates, over the site's public addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rootfield.demo import bench, fieldwork, ordering, planning, results
from rootfield.demo.arrivals import say_arrivals
from rootfield.demo.counts import Counts, count_everything, everything_is_reviewed, findings_by_rule
from rootfield.demo.crew import Notebook, crew_of, work_by_core
from rootfield.demo.mapping import map_campaign
from rootfield.demo.ordering import Patience
from rootfield.demo.people import People
from rootfield.demo.planning import Plan
from rootfield.demo.records import LabRow, MappedCampaign
from rootfield.demo.tables import CampaignTables
from rootfield.demo.telling import Say, SetAside, counted, say_set_aside


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the day needs: the site, the people signed in to it, a directory and a voice."""

    base_url: str
    people: People
    directory: Path
    patience: Patience
    say: Say


@dataclass(frozen=True, kw_only=True)
class Fieldwork:
    """What came back from the field: the crew's notebook and what was set aside."""

    notebook: Notebook
    set_aside: tuple[SetAside, ...]


def live_through(day: Day, tables: CampaignTables) -> Counts:
    """Live through the campaign of the tables; return what the database holds at its end."""
    say = day.say
    mapped = map_campaign(tables, namespace=day.people.project)
    say(f"The campaign ({tables.source}): {counted(tables.counts())}")

    say("\n1. Protocols are published, the campaign is planned")
    versions = planning.publish_protocols(day.people, say)
    plan = planning.set_up(day.people, mapped, versions, say)
    codes = planning.make_enrolment_codes(day.people, plan, say)

    say("\n2. Four tablets capture offline and push")
    field = sample(day, mapped, plan, codes)

    say("\n3. The laboratory enters, verifies and releases results")
    entered = bench.enter_results(day.people, mapped.lab, field.notebook.bags, say)
    seen = bench.release_results(day.people, entered.seen, say)

    say("\n4. Carbon input is estimated")
    analyst = day.people.by_role["analyst"]
    orders = ordering.order_estimates(analyst, plan.campaigns_with_plots, say)
    ordering.wait_for_runs(analyst, orders, day.patience, say)
    amend_one(day, orders, entered.row_of, seen)

    say("\n5. What came out")
    tell_estimates(day, orders, plan)
    counts = count_everything()
    set_aside = [*plan.refused, *field.set_aside, *entered.set_aside]
    say_arrivals(say, tables, counts, mapped.left_out, set_aside)
    return counts


def sample(
    day: Day, mapped: MappedCampaign, plan: Plan, codes: Sequence[tuple[str, str]]
) -> Fieldwork:
    """Capture the campaign on four tablets and push it, with everything that goes wrong."""
    say = day.say
    notebook = Notebook.of(mapped.captures)
    names = [name for name, _ in codes]
    with crew_of(names, base_url=day.base_url, directory=day.directory / "tablets") as crew:
        fieldwork.hand_out(crew, work_by_core(mapped.captures, plan.campaign_of_plot))
        fieldwork.go_out(crew, [code for _, code in codes], say)
        fieldwork.capture_offline(crew, notebook, say)
        fieldwork.push_everything(crew, notebook, say)
        set_aside = fieldwork.set_aside(crew, notebook)
    day.patience.until(everything_is_reviewed, "records to be reviewed")
    say(f"  doubtful, flagged and kept: {counted(findings_by_rule())}")
    return Fieldwork(notebook=notebook, set_aside=tuple(set_aside))


def amend_one(
    day: Day, orders: Sequence[str], row_of: Mapping[str, LabRow], seen: Mapping[str, int]
) -> None:
    """Amend one result that an estimate was made from, and wait for the estimate to follow."""
    analyst = day.people.by_role["analyst"]
    wanted = {
        result: f"{row_of[result].key} {row_of[result].replicate_no}"
        for result in seen
        if bench.is_root_carbon(row_of[result])
    }
    result = ordering.result_behind_an_estimate(analyst, orders, wanted)
    if result is None:
        day.say("  no estimate was made from a carbon content of roots: none is amended")
        return
    bench.amend(day.people, result, row_of[result], version=seen[result], say=day.say)
    ordering.wait_for_recomputation(analyst, orders, day.patience, day.say)


def tell_estimates(day: Day, orders: Sequence[str], plan: Plan) -> None:
    """Say the table of estimates, why plots have none, and where the drawings are."""
    analyst = day.people.by_role["analyst"]
    estimated = results.say_results(analyst, orders, plan.land_use_of_plot, day.say)
    failed = results.failed_runs(analyst, orders)
    day.say(f"  {estimated} plots estimated, {len(failed)} runs ended without an estimate")
    say_set_aside(day.say, failed)
    figures = results.save_figures(analyst, orders, day.directory / "plots")
    where = f" in {day.directory / 'plots'}, first of all" if figures else ""
    day.say(f"  {len(figures)} drawings as SVG{where}")
    for path in figures[: len(orders)]:
        day.say(f"    {path}")
