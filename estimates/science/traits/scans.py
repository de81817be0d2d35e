"""What image programs mean by their columns.

WinRHIZO prints LenPerVol in cm per m3, of the soil volume somebody typed in: a length density
is computed anew from the length and the core. Class limits stand in its own header, while
RhizoVision Explorer keeps them in a metadata file.
"""

from __future__ import annotations

from estimates.science.findings import Finding
from estimates.science.traits.morphology import root_length_density

CM3_PER_M3 = 1_000_000.0
SAME_DENSITY = 0.02


def winrhizo_length_density(length_per_volume_cm_m3: float) -> float:
    """Return cm per cm3 from WinRHIZO's LenPerVol, for comparing only."""
    return length_per_volume_cm_m3 / CM3_PER_M3


def winrhizo_findings(
    *, length_cm: float, soil_volume_cm3: float, length_per_volume_cm_m3: float
) -> list[Finding]:
    """Return a finding when LenPerVol is not that of the length and the core volume."""
    density = root_length_density(length_cm, soil_volume_cm3=soil_volume_cm3)
    printed = winrhizo_length_density(length_per_volume_cm_m3)
    if abs(printed - density) <= SAME_DENSITY * density:
        return []
    if abs(length_per_volume_cm_m3 - density) <= SAME_DENSITY * density:
        text = f"LenPerVol {printed * CM3_PER_M3:g} is per cm3 here, not per m3 as it says."
    else:
        text = (
            f"LenPerVol {length_per_volume_cm_m3:g} cm per m3 is not that of {length_cm:g} cm in "
            f"{soil_volume_cm3:g} cm3: another soil volume was typed in."
        )
    return [Finding(code="length_per_volume_mismatch", level="warn", message=text)]
