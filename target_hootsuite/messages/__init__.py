"""Everything about scheduled messages: checks, posting, replacing, reconciling, reviews, deletions.

Each module is one step of the life of a message; `rule` decides which step a row needs.
"""
