"""`python -m tap_hootsuite_sheet` is `tap-hootsuite-sheet`."""

from tap_hootsuite_sheet.tap import TapHootsuiteSheet

if __name__ == "__main__":
    TapHootsuiteSheet.cli()
