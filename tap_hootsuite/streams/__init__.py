"""The streams, one module for each surface of the platform; `tap.py` finds them by themselves."""
