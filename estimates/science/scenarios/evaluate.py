"""Carrying both scenarios of a contrast through a method and a model, as often as is asked.

Which sample the draws come from is a set of names: those inputs come from the first sample, all
others from the second; `FIRST` takes all from the first. Inputs of a method move the amounts,
those of a model the response to them, so that each is worked out only when it changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import Scenario, Site
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.seasons import modelled_years
from estimates.science.scenarios.stock import (
    Pattern,
    Response,
    Setting,
    SocModel,
    initial_stock,
)
from estimates.science.scenarios.streams import (
    BELOW_GROUND,
    SOURCES,
    InputMethod,
    Source,
    Stream,
    streams_of,
    yearly_input,
)

Sample = frozenset[str] | None
FIRST: Sample = None
SECOND: Sample = frozenset()

Streams = tuple[Stream, ...]
At = int
"""A horizon in years; 0 for ever."""

InputQuantity = Literal["c_input", "root_c_input"]
INPUTS: dict[InputQuantity, tuple[Source, ...]] = {
    "c_input": SOURCES,
    "root_c_input": BELOW_GROUND,
}

DRAWS = 2_000
LEAST_DRAWS, MOST_DRAWS = 200, 20_000
HORIZONS = (20, 50)
LONGEST_HORIZON = 200


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is compared: an intervention and a baseline on one site, by these horizons in years."""

    site: Site
    baseline: Scenario
    intervention: Scenario
    horizons: tuple[int, ...] = HORIZONS
    seed: int = 1
    draws: int = DRAWS

    def __post_init__(self) -> None:
        """Refuse horizons or draws that no answer can be made of."""
        if not self.horizons or not all(1 <= year <= LONGEST_HORIZON for year in self.horizons):
            raise ImpossibleScenario(f"Horizons are 1 to {LONGEST_HORIZON} years.")
        if not LEAST_DRAWS <= self.draws <= MOST_DRAWS:
            raise ImpossibleScenario(f"Draws are {LEAST_DRAWS} to {MOST_DRAWS}.")
        if self.seed < 0:
            raise ImpossibleScenario("A seed is a whole number, 0 or above.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Draws of a quantity in both scenarios."""

    baseline: Array
    intervention: Array

    @property
    def difference(self) -> Array:
        """Return intervention minus baseline, draw by draw."""
        return self.intervention - self.baseline

    def times(self, factor: float) -> Pair:
        """Return both multiplied."""
        return Pair(baseline=self.baseline * factor, intervention=self.intervention * factor)


class MethodInputs:
    """The streams of both scenarios by one method, for any sample."""

    def __init__(self, question: Question, method: InputMethod) -> None:
        """Work out the first sample, and which inputs of the method are uncertain."""
        self.question = question
        self.method = method
        self.uncertain: frozenset[str] = frozenset()
        self._kept: dict[Sample, tuple[Streams, Streams]] = {}
        before, after = self.streams(FIRST)
        self.patterns = frozenset((stream.kind, stream.months) for stream in (*before, *after))

    def streams(self, sample: Sample) -> tuple[Streams, Streams]:
        """Return the streams of baseline and intervention."""
        if sample not in self._kept:
            draws = Draws(seed=self.question.seed, size=self.question.draws, kept=sample)
            self._kept[sample] = (
                streams_of(self.question.baseline, self.method, draws),
                streams_of(self.question.intervention, self.method, draws),
            )
            self.uncertain |= draws.uncertain
        return self._kept[sample]

    def pairs(self, sample: Sample) -> dict[InputQuantity, Pair]:
        """Return the mean C input a year of both scenarios."""
        scenarios = (self.question.baseline, self.question.intervention)
        found: dict[InputQuantity, Pair] = {}
        for quantity, sources in INPUTS.items():
            before, after = (
                yearly_input(
                    streams,
                    years=len(scenario.years),
                    size=self.question.draws,
                    sources=sources,
                )
                for streams, scenario in zip(self.streams(sample), scenarios, strict=True)
            )
            found[quantity] = Pair(baseline=before, intervention=after)
        return found


class ModelResponses:
    """What one model makes of the streams of any method, for any sample."""

    def __init__(self, question: Question, model: SocModel, patterns: Collection[Pattern]) -> None:
        """Work out the first sample, and which inputs of the model are uncertain."""
        self.question = question
        self.model = model
        self.patterns = frozenset(patterns)
        self.modelled_years = modelled_years(
            question.site.weather,
            rotations=[len(question.baseline.years), len(question.intervention.years)],
            horizons=question.horizons,
            draws=question.draws,
        )
        self.uncertain: frozenset[str] = frozenset()
        self._last: tuple[Sample, tuple[Response, Response, Array]] | None = None
        self._second: tuple[Response, Response, Array] | None = None
        self.responses(FIRST)

    def responses(self, sample: Sample) -> tuple[Response, Response, Array]:
        """Return the responses of baseline and intervention, and the initial stock.

        The second sample is kept, and the last one asked for: all would not fit into memory.
        """
        if sample == SECOND:
            self._second = self._second or self._worked_out(SECOND)
            return self._second
        if self._last is None or self._last[0] != sample:
            self._last = (sample, self._worked_out(sample))
        return self._last[1]

    def pairs(self, sample: Sample, inputs: MethodInputs, of_method: Sample) -> dict[At, Pair]:
        """Return the SOC of both scenarios at every horizon, and at equilibrium under 0."""
        before, after, soc_t_ha = self.responses(sample)
        streams = inputs.streams(of_method)
        inflows = before.inflows(streams[0])
        start = before.start(inflows, soc_t_ha)
        baseline = before.stocks(inflows, start)
        intervention = after.stocks(after.inflows(streams[1]), start)
        found = {
            year: Pair(baseline=baseline.at_year[year], intervention=intervention.at_year[year])
            for year in self.question.horizons
        }
        found[0] = Pair(baseline=baseline.equilibrium, intervention=intervention.equilibrium)
        return found

    def _worked_out(self, sample: Sample) -> tuple[Response, Response, Array]:
        draws = Draws(seed=self.question.seed, size=self.question.draws, kept=sample)
        setting = Setting(
            site=self.question.site,
            baseline=self.question.baseline,
            kinds=sorted({kind for kind, _ in self.patterns}),
            soc_t_ha=initial_stock(self.question.site, draws),
            draws=draws,
            modelled_years=self.modelled_years,
            patterns=self.patterns,
        )
        before, after = (
            Response(self.model.prepare(setting, scenario), years=self.question.horizons)
            for scenario in (self.question.baseline, self.question.intervention)
        )
        self.uncertain |= draws.uncertain
        return before, after, setting.soc_t_ha
