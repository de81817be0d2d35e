"""Masses from the field's bag to the powder, as science is told."""

from __future__ import annotations

import pytest

from sampling.models import Specimen, SpecimenLink
from tests.estimates.test_cleaning_orders import ordered, release, variable
from tests.estimates.trial import change, codes, inputs_of, plant, store, synced


def specimen(trial, code, kind, segment=None):
    row = Specimen(
        **synced(trial.campaign, captured=True), code=code, kind=kind, core_segment=segment
    )
    store([row])
    return row


def link(trial, parent, child, mass_g, relation="split"):
    row = SpecimenLink(
        **synced(trial.campaign, captured=True),
        parent=parent,
        child=child,
        relation=relation,
        mass_taken_g=mass_g,
    )
    store([row])
    return row


@pytest.fixture
def chain(bare_trial, study):
    """Return a plot whose top roots were washed from 250 g of a bag of 1000 g, 740 g came back."""
    plant(bare_trial, study, plots=1, cores=1)
    bare_trial.grams = variable(bare_trial, "fresh_mass", "fresh_mass", "g")
    bare_trial.rest = variable(bare_trial, "rest_mass", "rest_mass", "g")
    bare_trial.dry = variable(bare_trial, "dry_mass", "dry_mass", "mg")
    bag = specimen(bare_trial, "RF-FIELD", "soil", bare_trial.segments[0])
    bare_trial.split = link(bare_trial, bag, bare_trial.specimens[0], 250.0)
    release(bare_trial, bag, bare_trial.grams, 1000.0)
    release(bare_trial, bag, bare_trial.rest, 740.0)
    bare_trial.bag = bag
    return bare_trial


def top(trial):
    inputs = inputs_of(trial, trial.plots[0])
    return next(
        root for core in inputs.plot.cores for root in core.layers if root.upper_depth_cm == 0
    ), inputs


def test_the_share_washed_follows_from_masses(chain):
    root, inputs = top(chain)

    assert (root.processed_share, root.processed_share_sd) == (0.25, 0.0)
    assert root.soil_carbon_g_per_g is None
    assert "share_by_mass" in codes(inputs)
    used = {item.record for item in inputs.lineage}
    assert {chain.bag.pk, chain.split.pk} <= used


def test_an_order_counts_four_times_the_roots(chain, analyst):
    stocks = []
    for share in (1.0, None):
        change(chain.fractions[0], processed_share=share)
        run = ordered(chain, analyst)
        layer = run.results.get(level="layer", upper_depth_cm=0.0)
        stocks.append(layer.mean)

    assert stocks[1] / stocks[0] == pytest.approx(4.0, rel=0.02)


def test_masses_that_do_not_close_are_told_and_widen(chain):
    """By hand: 250 + 740 + 100 of 1000 g: 0.25 x 0.09 / sqrt 3 = 0.01299."""
    other = specimen(chain, "RF-OTHER", "roots")
    link(chain, chain.bag, other, 100.0)

    root, inputs = top(chain)

    assert root.processed_share_sd == pytest.approx(0.01299, abs=1e-5)
    assert "mass_not_closed" in codes(inputs)


def test_a_share_that_was_recorded_goes_first(chain):
    """By hand: |0.30 - 0.25| / sqrt 3 = 0.0289."""
    change(chain.fractions[0], processed_share=0.30)

    root, inputs = top(chain)

    assert root.processed_share == 0.30
    assert root.processed_share_sd == pytest.approx(0.02887, abs=1e-5)
    assert "shares_differ" in codes(inputs)


def test_a_recorded_share_that_fits_is_left_as_it_is(chain):
    change(chain.fractions[0], processed_share=0.251)

    root, _ = top(chain)

    assert (root.processed_share, root.processed_share_sd) == (0.251, 0.0)


def test_a_split_without_mass_is_told(chain):
    change(chain.split, mass_taken_g=None)

    root, inputs = top(chain)

    assert root.processed_share == 1.0
    assert "share_not_weighed" in codes(inputs)


def test_the_dry_mass_of_the_bench_stands_in(chain):
    change(chain.fractions[0], dry_mass_g=None, dry_mass_reason="not_recorded")
    release(chain, chain.specimens[0], chain.dry, 480.0)

    assert top(chain)[0].washed_mass_g == pytest.approx(0.48)


def test_two_dry_masses_become_a_range(chain):
    """By hand: 0.52 and 0.48 g: 0.50 +- 0.04 / sqrt 12 = 0.01155 g."""
    release(chain, chain.specimens[0], chain.dry, 480.0)

    root, inputs = top(chain)

    assert root.washed_mass_g == pytest.approx(0.50)
    assert root.mass_sd_g == pytest.approx(0.01155, abs=1e-5)
    assert "dry_masses_differ" in codes(inputs)


def test_drying_and_milling_are_checked(chain):
    powder = specimen(chain, "RF-POWDER", "roots")
    link(chain, chain.specimens[0], powder, 0.60, relation="prep")
    ground = variable(chain, "ground_mass", "ground_mass", "g")
    release(chain, powder, ground, 0.40)
    release(chain, chain.specimens[0], chain.grams, 0.50)

    root, inputs = top(chain)

    assert {"dry_beside_fresh", "milling_not_closed", "mass_not_closed"} <= codes(inputs)
    assert root.mass_sd_g == pytest.approx((0.60 / 0.52 - 1) * 0.52 / 3**0.5)


def test_a_mass_in_another_unit_is_not_used(chain):
    wrong = variable(chain, "dry_mass_percent", "dry_mass", "%")
    release(chain, chain.specimens[0], wrong, 48.0)

    assert top(chain)[0].washed_mass_g == pytest.approx(0.52)


def test_a_pool_is_no_share_of_one_core(chain):
    pool = specimen(chain, "RF-POOL", "soil")
    link(chain, pool, chain.bag, 100.0, relation="pool")

    assert top(chain)[0].processed_share == 0.25
