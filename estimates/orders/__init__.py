"""Asking for estimates, and taking the request back.

Outsiders use `order_estimates`, `cancel_order` and `load_parameter_sets`.
"""

from __future__ import annotations

from estimates.orders.options import DEFAULT_METHODS, METHOD_NAMES, OPTIONS, checked_options
from estimates.orders.place import Wish, cancel_order, order_estimates
from estimates.runs.parameters import load_parameter_sets

__all__ = [
    "DEFAULT_METHODS",
    "METHOD_NAMES",
    "OPTIONS",
    "Wish",
    "cancel_order",
    "checked_options",
    "load_parameter_sets",
    "order_estimates",
]
