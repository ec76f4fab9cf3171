"""`hootsuite check`: who signed in, what the account may do, what a run costs, what would fail.

A test of the platform or of this machine that changes nothing enters here, and how its findings
are shown.
"""
