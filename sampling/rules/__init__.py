"""Plain Python: arithmetic and decisions on plain values; no Django, no clock, no network.

`merge` joins two people's work on one record, `codes` reads and writes specimen codes, `depths`
finds what overlaps, what is missing and what was compacted. Every public name of these modules may
be used from any room above.
"""
