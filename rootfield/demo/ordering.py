"""The fourth part of the demo day: an order, its runs, and the recomputation after an amendment."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rootfield.demo.crew import CampaignPlace
from rootfield.demo.person import Person
from rootfield.demo.telling import Say

POLL_S = 0.5
LONGEST_S = 3600.0
SEED = 20_260_501
ORDERS = "/api/v1/estimate-orders/"


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
        order = analyst.post(ORDERS, wish)
        orders.append(order["id"])
        say(f"  ordered: {campaign.title}, {order['progress']['total']} runs, seed {SEED}")
    return orders


def wait_for_runs(analyst: Person, orders: Sequence[str], patience: Patience, say: Say) -> None:
    """Return when every run of the orders is finished, telling how far they are."""
    last = ""

    def is_finished() -> bool:
        nonlocal last
        progress = [analyst.get(f"{ORDERS}{order}/")["progress"] for order in orders]
        total = {name: sum(one[name] for one in progress) for name in progress[0]}
        line = progress_line(total)
        if line != last:
            say(line)
            last = line
        return total["finished"] == total["total"]

    patience.until(is_finished, "estimate runs")


def progress_line(counts: dict[str, int]) -> str:
    """Return how far the runs are, as a bar and in words."""
    total = max(counts["total"], 1)
    filled = round(24 * counts["finished"] / total)
    bar = "#" * filled + "." * (24 - filled)
    at_work = counts["claimed"] + counts["running"]
    return (
        f"  [{bar}] {counts['finished']}/{counts['total']} finished "
        f"({counts['succeeded']} succeeded, {counts['failed']} failed, {at_work} at work)"
    )


def wait_for_recomputation(
    analyst: Person, orders: Sequence[str], patience: Patience, say: Say
) -> None:
    """Return when the runs made from the amended result are computed again."""

    def recomputed() -> list[dict[str, Any]]:
        return [
            run
            for order in orders
            for run in analyst.every("/api/v1/estimates/", order=order)
            if run["cause"] == "recomputed" and not run["is_summary"]
        ]

    patience.until(lambda: bool(recomputed()), "stale estimates to be noticed")
    for run in recomputed():
        say(f"  stale: plot {run['plot_code']}: {run['cause_text']}")
    wait_for_runs(analyst, orders, patience, say)
    for run in recomputed():
        say(f"  computed again: plot {run['plot_code']}, generation {run['generation']}")
