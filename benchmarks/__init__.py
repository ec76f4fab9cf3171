"""The speed and memory figures, measured on this machine: `make bench`."""
