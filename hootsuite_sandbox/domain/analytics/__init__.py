"""Analytics: how posts, profiles and ads do, computed from what the world holds.

Nothing is stored here. Each figure follows from a thing, its age when the network was last asked,
and the seed; so figures grow while the clock runs, and equal worlds have equal figures.
"""
