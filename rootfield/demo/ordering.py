"""The fourth part of the demo day: an order, its runs, and the recomputation after an amendment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from rootfield.demo.crew import CampaignPlace
from rootfield.demo.person import Person
from rootfield.demo.telling import Say

POLL_S = 0.5
BAR_LENGTH = 24
LONGEST_S = 3600.0
SEED = 20_260_501


class TookTooLong(Exception):
    """What the demo waits for did not happen."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Waits until something is so; `meanwhile` runs at every look."""

    meanwhile: Callable[[], None]
    longest_s: float = LONGEST_S

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Return when it is so; raises TookTooLong."""
        deadline = time.monotonic() + self.longest_s
        while not is_so():
            if time.monotonic() > deadline:
                raise TookTooLong(f"After {self.longest_s:g} s still waiting: {what}.")
            self.meanwhile()
            time.sleep(POLL_S)


def order_estimates(analyst: Person, campaigns: Sequence[CampaignPlace], say: Say) -> list[str]:
    """Order an estimate of every plot of the campaigns; return the orders."""
    orders = []
    for campaign in campaigns:
        wish = {"campaign": campaign.id, "methods": ["measured_cores"], "seed": SEED}
        order = analyst.post(reverse("estimate-order-list"), wish)
        orders.append(order["id"])
        say(f"  ordered: {campaign.title}, {order['progress']['total']} runs, seed {SEED}")
    return orders


def wait_for_runs(analyst: Person, orders: Sequence[str], patience: Patience, say: Say) -> None:
    """Return when every run of the orders is finished, telling how far they are."""
    if not orders:
        say("  there is no plot to estimate")
        return
    said = ""

    def is_finished() -> bool:
        nonlocal said
        progress = [
            analyst.get(reverse("estimate-order-detail", args=[order]))["progress"]
            for order in orders
        ]
        total = {name: sum(one[name] for one in progress) for name in progress[0]}
        bar = progress_bar(total)
        if bar != said:
            say(f"  {bar} {progress_words(total)}")
            said = bar
        return bool(total["finished"] == total["total"])

    patience.until(is_finished, "estimate runs")


def progress_bar(counts: Mapping[str, int]) -> str:
    """Return how far the runs are as a bar; only the last run fills it."""
    filled = BAR_LENGTH * counts["finished"] // max(counts["total"], 1)
    return f"[{'#' * filled}{'.' * (BAR_LENGTH - filled)}]"


def progress_words(counts: Mapping[str, int]) -> str:
    """Return how far the runs are in words."""
    return (
        f"{counts['finished']}/{counts['total']} finished ({counts['succeeded']} succeeded, "
        f"{counts['failed']} failed, {counts['claimed'] + counts['running']} at work)"
    )


def result_behind_an_estimate(
    analyst: Person, orders: Sequence[str], wanted: Mapping[str, str]
) -> str | None:
    """Return the first of the wanted results that an estimate was made from, or None.

    wanted names each by its row. First is what comes first by plot and row, so that the same
    campaign always ends with the same figures.
    """
    if not wanted:
        return None
    runs = [run for run in _runs(analyst, orders, current="true") if not run["is_summary"]]
    for run in sorted(runs, key=lambda run: str(run["plot_code"])):
        lineage = analyst.get(reverse("estimate-lineage", args=[run["id"]]))
        used = {str(o["record"]) for o in lineage["inputs"] if o["kind"] == "determination"}
        if used & wanted.keys():
            return min(used & wanted.keys(), key=lambda result: (wanted[result], result))
    return None


def wait_for_recomputation(
    analyst: Person, orders: Sequence[str], patience: Patience, say: Say
) -> None:
    """Return when the estimates that went stale are computed again."""

    def stale() -> list[dict[str, Any]]:
        return [run for run in _runs(analyst, orders, is_stale="true") if not run["is_summary"]]

    patience.until(lambda: bool(stale()), "stale estimates to be noticed")
    for run in stale():
        say(f"  stale: plot {run['plot_code']}: {run['stale_cause']}")
    wait_for_runs(analyst, orders, patience, say)
    replaced = {run["id"] for run in stale()}
    for run in _runs(analyst, orders, state="succeeded"):
        if run["supersedes"] in replaced:
            say(f"  computed again: plot {run['plot_code']}, generation {run['generation']}")


def _runs(analyst: Person, orders: Sequence[str], **query: str) -> Iterator[dict[str, Any]]:
    for order in orders:
        yield from analyst.every(reverse("estimate-list"), order=order, **query)
