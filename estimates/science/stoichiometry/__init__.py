"""C, N, P and S of roots: ratios by mass and by atoms, stocks, and what does not fit together.

`ratios` computes, `consistency` holds values of one sample against each other, `plausible` holds a
value against what roots of its plant group have. Doubts are findings; nothing is dropped.
"""

from __future__ import annotations
