"""The Hootsuite platform emulated: a real HTTP server with state, clock and faults."""
