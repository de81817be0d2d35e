"""The arithmetic of carbon from roots: plain values in, frozen dataclasses out.

Only Python, NumPy and SciPy belong here: no Django, no clock, no network, no file paths.
A module holds one idea (a depth model, a way to weigh positions, a hierarchy of cores), and
one module per method puts them together. Every number that is not measured comes from a
`ParameterSet`. Outsiders use `inputs` (what goes in), `results` (what comes out), `parameters`,
`errors` and the module of the method they want, such as `measured_cores`.
"""

from __future__ import annotations
