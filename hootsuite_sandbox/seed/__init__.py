"""Seed: makes the world that the start options describe, and what its people do day by day.

What enters here invents data, always from the seed, so that equal options give equal worlds. Rules
that also hold for what clients create belong to `domain`.
"""
