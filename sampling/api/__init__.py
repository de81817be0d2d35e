"""The door for machines: JSON over HTTP for people's programs, by session.

Views authorise, parse, make one call and answer; who may do what is in each view's `needs`, record
types in `record_table`. `base` and `positions` may be used by the doors of estimates.
"""
