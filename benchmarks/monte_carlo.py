"""C input of a campaign of 1,294 layers against drawing the same random numbers alone.

Both sides run in turn, five times, in one process; the ratio of each pair is printed. Every
layer has a mass and a C concentration of its own, and each plot takes the 10^5 draws of ten
blocks.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from estimates.science.inputs import Core, Options, Plot, RootMass
from estimates.science.measured_cores import estimate_campaign
from estimates.science.monte_carlo import BLOCK_DRAWS, MINIMUM_BLOCKS, random_stream
from estimates.science.parameters import ParameterSet, load_parameter_set
from estimates.science.plot_model import plot_model
from estimates.science.shared_inputs import shared_block

RUNS = 5
LAYERS = 1_294
EDGES_CM = (0.0, 10.0, 30.0, 50.0, 100.0, 130.0)
MASSES_G = (0.99, 0.47, 0.21, 0.15, 0.08)  # as in the maize cores of Black et al. 2017
CORES_OF_PLOT = 6
DRAWS = BLOCK_DRAWS * MINIMUM_BLOCKS
PARAMETERS = Path(__file__).parent.parent / "estimates/parameter_sets/measured_cores_2026_1.json"


def campaign() -> list[Plot]:
    """Return 1,294 layers in cores of five, six cores a plot."""
    cores = [_core(number) for number in range(-(-LAYERS // len(MASSES_G)))]
    surplus = len(cores) * len(MASSES_G) - LAYERS
    last = cores[-1]
    cores[-1] = Core(key=last.key, layers=last.layers[: len(MASSES_G) - surplus])
    return [
        Plot(
            key=f"plot {start}",
            cores=cores[start : start + CORES_OF_PLOT],
            block=str(start % 4),
            treatment=str(start % 3),
        )
        for start in range(0, len(cores), CORES_OF_PLOT)
    ]


def draw_alone(plots: Sequence[Plot], *, parameters: ParameterSet, options: Options) -> None:
    """Draw every random number the estimates use, and nothing else."""
    shared: set[tuple[str, int]] = set()
    for plot in plots:
        model = plot_model(plot, parameters=parameters, options=options)
        generator = random_stream(options.seed, "plot", plot.key)
        normals = np.empty((model.draws.width, BLOCK_DRAWS))
        for number in range(MINIMUM_BLOCKS):
            generator.standard_normal(out=normals)
            for name, distribution in model.shared.distributions.items():
                if (name, number) not in shared:
                    stream = random_stream(options.seed, "shared", name, str(number))
                    distribution.draw(stream, BLOCK_DRAWS)
                    shared.add((name, number))


def main() -> None:
    """Print one JSON line with the median ratio of five runs."""
    parameters = load_parameter_set(PARAMETERS.read_text(encoding="utf-8"))
    options = Options(seed=20_110_805)
    plots = campaign()

    def estimate() -> None:
        shared_block.cache_clear()
        result = estimate_campaign(plots, parameters=parameters, options=options)
        if {plot.draws for plot in result.plots} != {DRAWS} or result.refused:
            raise RuntimeError("The campaign did not take the draws it is compared with.")

    def draw() -> None:
        draw_alone(plots, parameters=parameters, options=options)

    estimate()
    ratios = [_seconds(estimate) / _seconds(draw) for _ in range(RUNS)]
    line = {
        "name": "monte_carlo",
        "ratio": round(statistics.median(ratios), 3),
        "runs": [round(ratio, 3) for ratio in ratios],
        "unit": "time over the time to draw the same random numbers",
    }
    print(json.dumps(line))


def _core(number: int) -> Core:
    layers = tuple(
        RootMass(
            upper_depth_cm=upper,
            lower_depth_cm=lower,
            washed_mass_g=mass * (0.5 + (number * 7 % 11) / 10.0),
            area_cm2=11.4,
            composited_cores=3,
            carbon_g_per_g=0.36 + (number * 5 % 9) / 100.0,
        )
        for upper, lower, mass in zip(EDGES_CM, EDGES_CM[1:], MASSES_G, strict=False)
    )
    return Core(key=f"core {number}", layers=layers)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
