"""Reads what stands on the platform: the account, its members and profiles, and listed messages.

Only GETs, remembered for the run. Nothing here writes.
"""
