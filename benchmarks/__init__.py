"""Each performance goal as one command that prints ratios measured in one run.

A module here prints one JSON object a line: {"name", "ratio" (the median), "runs", "unit"}.
"""
