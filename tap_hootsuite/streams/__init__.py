"""The streams, one module per part of the API; `tap.py` finds the classes."""
