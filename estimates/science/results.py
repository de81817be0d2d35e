"""What the method `measured_cores` answers: numbers that carry their interval and their notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from estimates.science.budget import VarianceShare
from estimates.science.monte_carlo import Summary

Quantity = Literal["root_c_stock", "c_input"]
Component = Literal[
    "root_c_input",
    "rhizodeposit_c_input",
    "straw_c",
    "standing_c_input",
    "turnover_c_input",
    "deep_root_c_input",
    "crown_c_input",
    "crown_c_stock",
    "rhizodeposit_limit",
    "new_soil_c",
    "new_soil_c_limit",
    "root_n_stock",
    "rhizodeposit_n_input",
    "rhizodeposit_n_limit",
    "c_input",
]
"""Parts of a year's C: of roots, of net rhizodeposition, of all above ground but the product.

Of roots: those that stood, those replaced before, those below the depth sampled, crowns and
taproots dug out by plant. What of rhizodeposits or new soil C a tracer could show is a limit. Of
one species of a mixture: its whole C input. N of roots and rhizodeposits where a tracer told it.
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Note:
    """A decision the method took that a reader should know."""

    code: str
    message: str
    core_key: str = ""


@dataclass(frozen=True, kw_only=True)
class LayerEstimate:
    """Root C in g C per m2 of one depth layer of a plot."""

    upper_depth_cm: float
    lower_depth_cm: float | None  # None: down to the deepest root
    root_c: Summary
    is_extrapolated: bool = False


@dataclass(frozen=True, kw_only=True)
class ComponentEstimate:
    """One part in g C per m2 and year; of crowns and of new soil C the stock in g C per m2.

    N is in kg per ha, of rhizodeposits per year. With depths it is the part of that depth layer.
    """

    component: Component
    amount: Summary
    species: str = ""
    upper_depth_cm: float | None = None
    lower_depth_cm: float | None = None
    budget: tuple[VarianceShare, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CoreValue:
    """Root C in g C per m2 under one core, every input at its mean; weight is its ground."""

    key: str
    weight: float
    root_c_g_m2: float


@dataclass(frozen=True, kw_only=True)
class SharedEffect:
    """How far one standard deviation of an input shared by a batch moves both quantities.

    Signed, in g C per m2 and g C per m2 and year.
    """

    input: str
    root_c_stock_sd: float
    c_input_sd: float


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A plot, or one quantity of it, that cannot be estimated, and why."""

    plot_key: str
    code: str
    message: str
    quantity: Quantity | None = None


@dataclass(frozen=True, kw_only=True)
class PlotEstimate:
    """Root C stock (g C per m2) and C input (g C per m2 and year) of one plot.

    The nominal values take every input at its mean, without draws. Both quantities are None where
    the roots do not allow them and the soil stands alone; refused says why.
    """

    plot_key: str
    block: str | None
    treatment: str | None
    lower_depth_cm: float | None
    root_mass_g_m2: float | None  # None where the method reckons in C alone
    root_c_nominal_g_m2: float | None
    c_input_nominal_g_m2: float | None
    root_c_stock: Summary | None
    c_input: Summary | None
    layers: tuple[LayerEstimate, ...]
    cores: tuple[CoreValue, ...]
    cores_are_exchangeable: bool
    stock_budget: tuple[VarianceShare, ...]
    input_budget: tuple[VarianceShare, ...]
    shared_effects: tuple[SharedEffect, ...]
    notes: tuple[Note, ...]
    draws: int
    is_converged: bool
    components: tuple[ComponentEstimate, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def has_roots(self) -> bool:
        """Return whether root C and C input were estimated."""
        return self.root_c_stock is not None and self.c_input is not None


@dataclass(frozen=True, kw_only=True)
class TreatmentEstimate:
    """Mean of one quantity over the plots of a treatment, with blocks respected.

    standard_error comes from the differences between cores, plots and blocks; shared_sd from
    inputs shared by the batch, which no replicate averages out; sd is both together.
    """

    treatment: str
    quantity: Quantity
    mean: float
    standard_error: float
    shared_sd: float
    sd: float
    degrees_of_freedom: float
    lower: float
    upper: float
    blocks: int
    plots: int
    cores: int
    variance_block: float
    variance_plot: float
    variance_core: float
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignEstimate:
    """All plots of one call, the plots refused, and the means of their treatments."""

    plots: tuple[PlotEstimate, ...]
    refused: tuple[Refusal, ...]
    treatments: tuple[TreatmentEstimate, ...]
