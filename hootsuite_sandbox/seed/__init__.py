"""Seed: creates the world that the start options describe, and what its people do day by day.

All data here is generated from the seed, so that equal options give equal worlds. Rules that also
apply to data of clients belong to `domain`.
"""
