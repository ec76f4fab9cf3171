"""Analytics: figures of posts, profiles and ads, computed from the world's records.

Nothing is stored here. Each figure is computed from a record, its age at the last visit to the
network, and the seed. So figures grow with the clock, and equal worlds have equal figures.
"""
