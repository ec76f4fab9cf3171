"""`hootsuite results`: what became of every row, and what a person may decide about it.

What reads the target's journal for people enters here, and what closes entries of unknown fate.
The other commands open an account's journal by `journals`.
"""
