"""`hootsuite schedule`: from a spreadsheet to scheduled posts.

This package shows, compares and sends a plan, and writes its
results. Reading spreadsheets belongs to
`tap_hootsuite_sheet`, sending posts to `target_hootsuite`.
"""
