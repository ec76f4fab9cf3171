"""The Hootsuite platform in plain Python: contract, client, tokens and request budget."""
