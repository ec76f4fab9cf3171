"""`hootsuite schedule`: from a spreadsheet to scheduled posts.

What shows, compares, sends or writes down a plan enters here. Reading spreadsheets belongs to
`tap_hootsuite_sheet`, sending posts to `target_hootsuite`.
"""
