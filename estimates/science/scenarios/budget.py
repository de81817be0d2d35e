"""Where the uncertainty of a difference comes from: inputs, method and model.

First-order shares (Sobol 1993; estimator of Janon et al. 2014, doi:10.1051/ps/2013040): what part
of the variance would go if one input were known. Over several methods and models, each counted as
equally likely - an assumption that the result names - their choice is an input like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from estimates.science.budget import VarianceShare, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData

METHOD, MODEL, METHOD_AND_MODEL = "method", "model", "method and model together"


def first_order_share(first: Array, kept: Array) -> float:
    """Return the share of the variance that the inputs kept explain, between about 0 and 1.

    first and kept are two runs that have only these inputs in common. Without variance there is
    nothing to explain: 0.
    """
    mean = (first + kept).mean() / 2.0
    variance = ((first**2 + kept**2) / 2.0).mean() - mean**2
    if not variance > 0:
        return 0.0
    return float(((first * kept).mean() - mean**2) / variance)


def input_shares(first: Array, kept: Mapping[str, Array]) -> tuple[VarianceShare, ...]:
    """Return the share of each input, largest first, and the remainder; together they are 1."""
    variance = float(first.var())
    singles = {name: first_order_share(first, run) * variance for name, run in kept.items()}
    return variance_shares(variance, singles)


def ensemble_shares(
    cells: Mapping[tuple[str, str], Array],
    shares: Mapping[tuple[str, str], Sequence[VarianceShare]],
) -> tuple[VarianceShare, ...]:
    """Return the shares of method, model and inputs in the variance over all of them together.

    cells holds draws by method and model, shares the first-order shares of the inputs of each
    cell; every method must stand with every model. The parts add up to 1 (law of total variance).
    """
    methods = list(dict.fromkeys(method for method, _ in cells))
    models = list(dict.fromkeys(model for _, model in cells))
    if len(cells) != len(methods) * len(models):
        raise NotEnoughData("Every method must stand with every model to compare their shares.")
    means = np.array([[cells[one, other].mean() for other in models] for one in methods])
    within = float(np.mean([draws.var() for draws in cells.values()]))
    by_method, by_model = float(means.mean(axis=1).var()), float(means.mean(axis=0).var())
    both = max(float(means.var()) - by_method - by_model, 0.0)
    parts = {METHOD: by_method, MODEL: by_model, METHOD_AND_MODEL: both}
    for cell, draws in cells.items():
        variance = float(draws.var()) / len(cells)
        for item in shares[cell]:
            parts[item.input] = parts.get(item.input, 0.0) + item.share * variance
    parts.pop("remainder", None)
    return variance_shares(within + float(means.var()), parts)
