"""`hootsuite`: the commands that people type."""
