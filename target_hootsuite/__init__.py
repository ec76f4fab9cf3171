"""Singer target that writes rows back to Hootsuite, each at most once."""
