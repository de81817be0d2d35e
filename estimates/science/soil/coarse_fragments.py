"""Bulk density with stones, and SOC stocks computed in four ways (Poeplau et al. 2017).

doi:10.5194/soil-3-61-2017: M1 to M3 overestimate where there are stones; M4 is the one to use.
The others stand here to tell what an imported stock was, and to bring it to M4. SOC in % of
fine earth, depths in cm, stocks in t C per ha.
"""

from __future__ import annotations

from dataclasses import dataclass

from estimates.science.errors import ImpossibleLayer

ROCK_DENSITY_G_CM3 = 2.6


@dataclass(frozen=True, kw_only=True)
class SoilRing:
    """A soil sample of known volume: dry mass of all of it, and of the coarse fragments in it."""

    volume_cm3: float
    mass_g: float
    rock_mass_g: float = 0.0
    rock_density_g_cm3: float = ROCK_DENSITY_G_CM3

    def __post_init__(self) -> None:
        """Refuse samples with no room or no mass for fine earth."""
        if not 0 <= self.rock_mass_g < self.mass_g:
            raise ImpossibleLayer(
                f"{self.rock_mass_g:g} g of stones in {self.mass_g:g} g leave no fine earth."
            )
        if not self.rock_density_g_cm3 > 0:
            raise ImpossibleLayer("The density of stones must be above 0 g per cm3.")
        if not self.rock_volume_cm3 < self.volume_cm3:
            raise ImpossibleLayer(
                f"The stones fill {self.rock_volume_cm3:g} of {self.volume_cm3:g} cm3: "
                "check volume and mass."
            )

    @property
    def rock_volume_cm3(self) -> float:
        """Return the volume of the coarse fragments."""
        return self.rock_mass_g / self.rock_density_g_cm3

    @property
    def rock_volume_share(self) -> float:
        """Return the volume share of coarse fragments, 0 to 1."""
        return self.rock_volume_cm3 / self.volume_cm3

    @property
    def rock_mass_share(self) -> float:
        """Return the mass share of coarse fragments, 0 to 1."""
        return self.rock_mass_g / self.mass_g

    @property
    def sample_density_g_cm3(self) -> float:
        """Return the density of the whole sample."""
        return self.mass_g / self.volume_cm3

    @property
    def fine_density_g_cm3(self) -> float:
        """Return the mass of fine earth per volume of fine earth."""
        return (self.mass_g - self.rock_mass_g) / (self.volume_cm3 - self.rock_volume_cm3)

    @property
    def fine_stock_g_cm3(self) -> float:
        """Return the mass of fine earth per volume of soil, stones included.

        The same as density of the sample x (1 - mass share of rock): Hobley et al. 2018,
        doi:10.5194/soil-4-169-2018.
        """
        return (self.mass_g - self.rock_mass_g) / self.volume_cm3


@dataclass(frozen=True, kw_only=True)
class FourStocks:
    """The SOC stock of one layer in t C per ha by each of the four ways; m4 is the one to use."""

    m1: float
    m2: float
    m3: float
    m4: float


def stocks_four_ways(ring: SoilRing, *, soc_pct: float, thickness_cm: float) -> FourStocks:
    """Return the SOC stocks of a layer in t C per ha (Poeplau et al. 2017, equations 1 to 6).

    m1: density of the sample, stones ignored; m2: the same less the volume of stones; m3: density
    of fine earth, stones ignored; m4: stock of fine earth.
    """
    m1 = soc_pct * ring.sample_density_g_cm3 * thickness_cm
    return FourStocks(
        m1=m1,
        m2=m1 * (1.0 - ring.rock_volume_share),
        m3=soc_pct * ring.fine_density_g_cm3 * thickness_cm,
        m4=soc_pct * ring.fine_stock_g_cm3 * thickness_cm,
    )
