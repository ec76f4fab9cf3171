"""Files of rows: opened, inspected, downloaded and uploaded once per content.

Checks of a file's content belong here; what a row of `media` means is in `rules/media.py`.
"""
