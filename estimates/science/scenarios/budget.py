"""Where the uncertainty of a difference comes from: inputs, method and model.

First-order shares (Sobol 1993; estimator of Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018):
what part of the variance would go if one input were known. Over several methods and models their
choice is an input like any other, each counted as equally likely: an assumption, said with the
result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from estimates.science.budget import VarianceShare, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData

METHOD, MODEL, METHOD_AND_MODEL = "method", "model", "method and model together"


def first_order_share(first: Array, second: Array, kept: Array) -> float:
    """Return the share of the variance that some inputs explain, 0 to about 1.

    first and second are two independent runs; kept is the second with these inputs of the first.
    Without variance there is nothing to explain: 0.
    """
    variance = float(first.var())
    if not variance > 0:
        return 0.0
    return float(((first - first.mean()) * (kept - second)).mean() / variance)


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
