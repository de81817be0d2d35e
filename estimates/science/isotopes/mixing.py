"""Shares of sources in a mixture, told by isotopes: shares of C (or N), not of mass.

With one isotope two sources can be told apart, with two isotopes three; more are refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.errors import ImpossibleLayer, NotEnoughData, UnderDetermined
from estimates.science.findings import Finding
from estimates.science.isotopes.scales import Standard, atom_fraction

COVERAGE_FACTOR = 2.0  # a share below 2 standard uncertainties is not told from none
NO_SPAN = 1e-9


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A delta value in permil with its standard uncertainty; None where nobody said."""

    delta_permil: float
    uncertainty_permil: float | None = None


@dataclass(frozen=True, kw_only=True)
class TwoSources:
    """The share of source B in the C of a mixture of A and B, and what it rests on.

    detectable_share is the smallest share told from none: two standard uncertainties. share_b is
    not clipped: outside 0 to 1 a finding says so.
    """

    share_b: float
    share_b_by_atoms: float
    uncertainty: float | None
    detectable_share: float | None
    findings: tuple[Finding, ...]


def two_sources(
    mixture: Signature, *, source_a: Signature, source_b: Signature, standard: Standard
) -> TwoSources:
    """Return the share of source B, f = (d_m - d_A) / (d_B - d_A), and its uncertainty.

    u_f^2 = (u_m^2 + (1 - f)^2 u_A^2 + f^2 u_B^2) / (d_B - d_A)^2 (Balesdent et al. 1987,
    doi:10.1016/0038-0717(87)90120-9, for C3 and C4; Phillips & Gregg 2001,
    doi:10.1007/s004420000578, for the uncertainty). Raises UnderDetermined when the sources have
    one signature.
    """
    span = source_b.delta_permil - source_a.delta_permil
    if abs(span) < NO_SPAN:
        raise UnderDetermined(
            f"Both sources have {source_a.delta_permil:g} permil: nothing tells them apart."
        )
    share = (mixture.delta_permil - source_a.delta_permil) / span
    known = [source.uncertainty_permil for source in (mixture, source_a, source_b)]
    uncertainty = _uncertainty(share, span, known)
    detectable = None if uncertainty is None else COVERAGE_FACTOR * uncertainty
    x_m, x_a, x_b = (
        atom_fraction(each.delta_permil, standard=standard).value
        for each in (mixture, source_a, source_b)
    )
    return TwoSources(
        share_b=share,
        share_b_by_atoms=(x_m - x_a) / (x_b - x_a),
        uncertainty=uncertainty,
        detectable_share=detectable,
        findings=tuple(_findings(share, uncertainty, detectable)),
    )


def mass_share(share_of_carbon: float, *, carbon_a: float, carbon_b: float) -> float:
    """Return the share of source B in the mass from its share in the C.

    carbon_a and carbon_b are the C concentrations of the sources in the same unit.
    """
    _check_concentrations((carbon_a, carbon_b))
    b, a = share_of_carbon / carbon_b, (1.0 - share_of_carbon) / carbon_a
    return b / (b + a)


def carbon_share(share_of_mass: float, *, carbon_a: float, carbon_b: float) -> float:
    """Return the share of source B in the C from its share in the mass."""
    _check_concentrations((carbon_a, carbon_b))
    b, a = share_of_mass * carbon_b, (1.0 - share_of_mass) * carbon_a
    return b / (b + a)


def source_mass_shares(
    mixture: Sequence[float],
    *,
    sources: Sequence[Sequence[float]],
    concentrations: Sequence[Sequence[float]],
) -> tuple[float, ...]:
    """Return the share of each source in the mass of a mixture, from several tracers.

    mixture has one delta value a tracer, sources and concentrations one row a source. Each tracer
    is weighted by the concentration of its element (Phillips & Koch 2002,
    doi:10.1007/s004420100786). Raises UnderDetermined unless there is one source more than
    tracers, and where the sources lie on one line.
    """
    tracers = len(mixture)
    if len(sources) > tracers + 1:
        raise UnderDetermined(
            f"{len(sources)} sources cannot be told apart by {tracers} tracer"
            f"{'s' * (tracers > 1)}: "
            f"{tracers} can tell {tracers + 1}. Add a tracer such as 15N, label one partner, or "
            "join sources that are alike."
        )
    if len(sources) < tracers + 1:
        raise NotEnoughData(f"{tracers} tracers need {tracers + 1} sources.")
    deltas = np.array(sources, dtype=float)
    weights = np.array(concentrations, dtype=float)
    _check_concentrations(weights.ravel().tolist())
    matrix = np.vstack(
        ((weights * (deltas - np.array(mixture, dtype=float))).T, np.ones(len(sources)))
    )
    scaled = matrix / np.abs(matrix).max(axis=1, keepdims=True).clip(min=NO_SPAN)
    right = np.zeros(tracers + 1)
    right[-1] = 1.0 / np.abs(matrix[-1]).max()
    if np.linalg.cond(scaled) > 1e8:
        raise UnderDetermined("The sources lie on one line of their signatures: no shares follow.")
    return tuple(np.linalg.solve(scaled, right).tolist())


def _check_concentrations(values: Sequence[float]) -> None:
    if not min(values) > 0:
        raise ImpossibleLayer("Every source needs a concentration above 0.")


def _uncertainty(share: float, span: float, known: Sequence[float | None]) -> float | None:
    if None in known:
        return None
    u_m, u_a, u_b = (value or 0.0 for value in known)
    return math.sqrt(u_m**2 + ((1.0 - share) * u_a) ** 2 + (share * u_b) ** 2) / abs(span)


def _findings(share: float, uncertainty: float | None, detectable: float | None) -> list[Finding]:
    findings = []
    outside = max(-share, share - 1.0)
    if outside > 0:
        far = uncertainty is None or outside > COVERAGE_FACTOR * uncertainty
        text = f"The mixture lies outside its sources: the share of B is {share:.4g}."
        findings.append(
            Finding(code="outside_sources", level="confirm" if far else "warn", message=text)
        )
    if detectable is not None and share < detectable:
        text = f"A share of {share:.4g} is not told from none; {detectable:.4g} would be."
        findings.append(Finding(code="below_detection", level="warn", message=text))
    return findings
