"""Singer extraction from the Hootsuite platform."""
