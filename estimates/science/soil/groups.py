"""The reference soil groups of the World Reference Base (IUSS Working Group WRB 2022)."""

from __future__ import annotations

from estimates.science.errors import UnknownTerm

# ISBN 979-8-9862451-1-9, fourth edition: code and name, in the order of the key.
WRB_GROUPS: dict[str, str] = {
    "HS": "Histosols",
    "AT": "Anthrosols",
    "TC": "Technosols",
    "CR": "Cryosols",
    "LP": "Leptosols",
    "SN": "Solonetz",
    "VR": "Vertisols",
    "SC": "Solonchaks",
    "GL": "Gleysols",
    "AN": "Andosols",
    "PZ": "Podzols",
    "PT": "Plinthosols",
    "PL": "Planosols",
    "ST": "Stagnosols",
    "NT": "Nitisols",
    "FR": "Ferralsols",
    "CH": "Chernozems",
    "KS": "Kastanozems",
    "PH": "Phaeozems",
    "UM": "Umbrisols",
    "DU": "Durisols",
    "GY": "Gypsisols",
    "CL": "Calcisols",
    "RT": "Retisols",
    "AC": "Acrisols",
    "LX": "Lixisols",
    "AL": "Alisols",
    "LV": "Luvisols",
    "CM": "Cambisols",
    "FL": "Fluvisols",
    "AR": "Arenosols",
    "RG": "Regosols",
}


def wrb_group(text: str) -> str:
    """Return the code of a reference soil group from its code, or its name in either number.

    "lv", "Luvisol" and "Haplic Luvisols" are all LV. Raises UnknownTerm for other words.
    """
    words = text.split()
    last = words[-1].lower() if words else ""
    for code, name in WRB_GROUPS.items():
        if last in {code.lower(), name.lower(), name.lower().removesuffix("s")}:
            return code
    raise UnknownTerm(f"{text!r} is no reference soil group of WRB 2022, such as LV or Luvisols.")
