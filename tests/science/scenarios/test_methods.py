"""C inputs of stands by the published ways.

Winter wheat of 6 t dry matter: root and rhizodeposit C, t per ha, of Bolinder 2007 .989 and .654,
of the fixed Swiss inputs .361 and .239, of AMG v2 .667 and .433, of IPCC 2019 Tier 2 1.330 without
rhizodeposits (SoilManageR 1.1.0, AMG_base and afsetools tables). Spread: a cover crop of 2.5 t has
roots of .306 t C per ha by Seitz et al. 2022.
"""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import NotEnoughData, UnknownCrop
from estimates.science.scenarios.describe import StatedInput
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.methods import NAMES, input_methods
from estimates.science.scenarios.streams import carbon_of, streams_of
from tests.science.scenarios.builders import allometry, of_stands, wheat

SIZE = 4_000


def way(name):
    (method,) = input_methods(allometry(), (name,))
    return method


def cover(**others):
    given = {"crop": "radish", "use": "cover", "yield_t_ha": 2.5, "first_month": 9, "last_month": 2}
    return wheat(**{**given, **others})


@pytest.mark.parametrize(
    ("name", "root", "rhizodeposit"),
    [
        ("bolinder_2007", 0.989, 0.654),
        ("fixed_root_c", 0.361, 0.239),
        ("amg_v2", 0.667, 0.433),
        ("ipcc_2019_tier2", 1.330, 0.0),
    ],
)
def test_wheat_has_the_published_roots_in_the_middle_of_its_draws(name, root, rhizodeposit):
    found = way(name).carbon(wheat(), Draws(seed=1, size=SIZE))

    assert np.median(found.root) == pytest.approx(root, rel=0.06)
    assert np.median(found.rhizodeposit) == pytest.approx(rhizodeposit, rel=0.06)


def test_the_share_of_residues_returned_is_the_share_of_the_straw():
    method, draws = way("bolinder_2007"), Draws(seed=1, size=10)

    whole, half = (
        method.carbon(wheat(residues_returned=share), draws).shoot for share in (1.0, 0.5)
    )

    assert whole == pytest.approx(2 * half)
    assert (whole > 3).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_way_knows_a_cover_crop_and_says_whose_rule_it_is(name):
    method = way(name)

    found = method.carbon(cover(), Draws(seed=1, size=SIZE))

    published = 0.107 if name == "amg_v2" else 0.306
    assert np.median(found.root) == pytest.approx(published, rel=0.1)
    codes = {note.code for note in method.notes(cover())}
    assert ("cover_by_seitz" in codes) == (name != "amg_v2")
    assert ("roots_only" in codes) == name.startswith("ipcc")


def test_main_crops_have_no_note_on_cover_crops():
    assert way("bolinder_2007").notes(wheat()) == ()
    assert way("bolinder_2007").version == "yield_allometry 2026.1"


def test_a_crop_no_table_knows_is_refused_by_name():
    with pytest.raises(UnknownCrop, match="quinoa"):
        way("amg_v2").carbon(wheat(crop="quinoa"), Draws(seed=1, size=10))


def test_a_tree_has_no_yield_to_start_from():
    tree = wheat(crop="poplar", use="tree", yield_t_ha=0.0)

    with pytest.raises(NotEnoughData, match="state its C inputs"):
        way("amg_v2").carbon(tree, Draws(seed=1, size=10))


def test_a_tree_row_with_stated_inputs_stands_beside_the_crop():
    tree = wheat(
        crop="poplar",
        use="tree",
        yield_t_ha=0.0,
        ground_share=0.1,
        first_month=1,
        last_month=12,
        stated=StatedInput(root_t_ha=1.5, rhizodeposit_t_ha=0.3, shoot_t_ha=2.0),
    )

    streams = streams_of(
        of_stands(wheat(ground_share=0.9), tree), way("amg_v2"), Draws(seed=1, size=10)
    )

    roots = {s.name: s.amount_t_ha for s in streams if s.source == "root"}
    assert roots["poplar"] == pytest.approx(0.15)
    assert roots["winter wheat"].mean() < 0.9


def test_a_variety_with_more_roots_has_more_of_both_and_the_same_straw():
    method, draws = way("bolinder_2007"), Draws(seed=1, size=10)

    usual = carbon_of(wheat(), method, draws)
    rooty = carbon_of(wheat(variety="deep", root_factor=1.216), method, draws)

    assert rooty.root == pytest.approx(1.216 * usual.root)
    assert rooty.rhizodeposit == pytest.approx(1.216 * usual.rhizodeposit)
    assert rooty.shoot == pytest.approx(usual.shoot)


@pytest.mark.parametrize(("crop", "beta"), [("winter wheat", 0.960), ("phacelia", 0.961)])
def test_a_crop_has_its_beta_or_that_of_crops_in_general(crop, beta):
    assert way("amg_v2").beta(wheat(crop=crop)) == beta


def test_a_ley_without_a_harvest_index_leaves_no_straw():
    ley = wheat(crop="ley", use="grass", yield_t_ha=9.0, first_month=1, last_month=12)

    found = way("fixed_root_c").carbon(ley, Draws(seed=1, size=10))

    assert (found.shoot == 0).all()
    assert (found.root > 0).all()
