"""Signing in and out: the browser, the address it comes back to, the exchange for tokens.

What a person does once per account enters here. What the commands read of a sign-in afterwards is
in `saved_account`; tokens and their renewal belong to `hootsuite_api`.
"""
