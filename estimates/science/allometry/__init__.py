"""C input from yield: eight published ways to say how much root a harvest stands for.

`crops` finds the row of a table that fits what somebody wrote, `formulas` is the arithmetic on
plain values, `methods` the one registry of ways with what each needs; `harvest_model` puts a plot
together and `estimate` draws it.
Every number comes from the parameter set `yield_allometry`, where each has its source. The ways
differ five-fold on the same harvest, so no result goes without the name of its method.
"""

from __future__ import annotations
