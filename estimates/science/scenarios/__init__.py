"""What an intervention would do to carbon inputs and soil organic carbon (SOC), as differences.

A `Scenario` is what grows and is done on a site, year after year in a rotation; a contrast is an
intervention minus a baseline with the same site, weather, initial stock and random draws. Carbon
inputs come from methods, stocks from SOC models, and every method and model answers for itself:
what they disagree about is a line of its own, never averaged away.

Outsiders use `describe` (what goes in), `document` (the same as JSON), `contrast`
(`contrast_of`), `methods.METHODS` and `models.MODELS`.
"""

from __future__ import annotations
