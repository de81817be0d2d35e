from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import ImpossibleLayer, NotEnoughData, UnderDetermined
from estimates.science.isotopes.mixing import (
    Signature,
    carbon_share,
    mass_share,
    source_mass_shares,
    two_sources,
)
from estimates.science.isotopes.scales import VPDB

C3 = Signature(delta_permil=-26.8, uncertainty_permil=0.20)
C4 = Signature(delta_permil=-12.3, uncertainty_permil=0.20)


def maize_share(delta, uncertainty=0.15, *, a=C3, b=C4):
    mixture = Signature(delta_permil=delta, uncertainty_permil=uncertainty)
    return two_sources(mixture, source_a=a, source_b=b, standard=VPDB)


def test_maize_after_c3_crops():
    """By hand: 2.2 / 14.5 = 0.1517; u = sqrt(.15^2 + (.8483 x .2)^2 + (.1517 x .2)^2) / 14.5."""
    found = maize_share(-24.6)

    assert found.share_b == pytest.approx(0.1517, abs=5e-5)
    assert found.uncertainty == pytest.approx(0.0158, abs=5e-5)
    assert found.share_b_by_atoms == pytest.approx(0.15174, abs=1e-5)
    assert found.detectable_share == pytest.approx(0.0315, abs=5e-5)
    assert found.findings == ()


@settings(max_examples=40)
@given(st.floats(0, 1), st.floats(-35, -20), st.floats(5, 20))
def test_the_share_by_delta_errs_little_at_natural_abundance(share, a, span):
    b = Signature(delta_permil=a + span)
    found = maize_share(a + share * span, None, a=Signature(delta_permil=a), b=b)

    assert found.share_b == pytest.approx(share, abs=1e-9)
    assert found.share_b_by_atoms == pytest.approx(share, abs=1e-3)
    assert found.uncertainty is None
    assert found.detectable_share is None


@pytest.mark.parametrize(
    ("delta", "uncertainty", "codes"),
    [
        (-26.6, 0.15, ["below_detection"]),
        (-26.9, 0.15, ["outside_sources", "below_detection"]),
        (-12.0, None, ["outside_sources"]),
    ],
)
def test_doubtful_shares_are_found(delta, uncertainty, codes):
    assert [finding.code for finding in maize_share(delta, uncertainty).findings] == codes


@pytest.mark.parametrize(("delta", "level"), [(-26.9, "warn"), (-30.0, "confirm")])
def test_a_mixture_far_outside_has_to_be_confirmed(delta, level):
    assert maize_share(delta).findings[0].level == level


def test_sources_of_one_signature_are_refused():
    with pytest.raises(UnderDetermined, match="nothing tells them apart"):
        maize_share(-24, a=C3, b=C3)


def test_a_share_of_carbon_is_no_share_of_mass():
    """By hand: half the C from straw with 40 % C and half from soil matter with 2 %: the straw is
    (.5 / .40) / (.5 / .40 + .5 / .02) = 0.047619 of the mass."""
    share = mass_share(0.5, carbon_a=0.02, carbon_b=0.40)

    assert share == pytest.approx(1 / 21)
    assert carbon_share(share, carbon_a=0.02, carbon_b=0.40) == pytest.approx(0.5)


def test_sources_without_concentration_are_refused():
    with pytest.raises(ImpossibleLayer):
        mass_share(0.5, carbon_a=0.0, carbon_b=0.4)


SOURCES = [(-28.0, 1.0), (-12.0, 3.0), (-26.0, 9.0)]


@settings(max_examples=40)
@given(
    st.tuples(*[st.floats(0.05, 1)] * 3),
    st.tuples(*[st.floats(0.3, 0.5)] * 3),
    st.tuples(*[st.floats(0.005, 0.04)] * 3),
)
def test_three_sources_are_told_by_two_isotopes(parts, carbon, nitrogen):
    """Law: a mixture made of known masses gives them back."""
    mass = [part / sum(parts) for part in parts]
    mixture = []
    for tracer, concentration in ((0, carbon), (1, nitrogen)):
        amounts = [share * each for share, each in zip(mass, concentration, strict=True)]
        deltas = [source[tracer] for source in SOURCES]
        weighted = sum(a * d for a, d in zip(amounts, deltas, strict=True))
        mixture.append(weighted / sum(amounts))

    found = source_mass_shares(
        mixture, sources=SOURCES, concentrations=list(zip(carbon, nitrogen, strict=True))
    )

    assert found == pytest.approx(mass, abs=1e-7)
    assert sum(found) == pytest.approx(1)


@pytest.mark.parametrize(
    ("mixture", "sources", "error"),
    [
        ([-20.0], [(-28.0,), (-12.0,), (-26.0,)], UnderDetermined),
        ([-20.0, 3.0], [(-28.0, 1.0), (-12.0, 3.0)], NotEnoughData),
        ([-20.0, 3.0], [(-28.0, 1.0), (-12.0, 5.0), (-20.0, 3.0)], UnderDetermined),
    ],
)
def test_shares_that_cannot_follow_are_refused(mixture, sources, error):
    with pytest.raises(error):
        source_mass_shares(
            mixture, sources=sources, concentrations=[[1.0] * len(mixture)] * len(sources)
        )
