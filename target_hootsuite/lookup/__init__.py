"""Reads the platform: the account, its members and profiles, and its messages.

Only GET requests, cached for the run. Nothing here writes.
"""
