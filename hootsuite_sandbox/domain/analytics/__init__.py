"""Analytics: metrics of posts, profiles and ads, computed from the world's records.

Nothing is stored here. Each metric is computed from a record, its age at the last refresh from the
network, and the seed. So metrics grow with the clock, and equal worlds have equal metrics.
"""
