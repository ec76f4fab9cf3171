"""Parses rows: values in the contract's types, times, identity and fingerprint.

Pure functions of the row and the contract. Nothing here asks the platform or the journal.
"""
