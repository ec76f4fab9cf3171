"""`python -m hootsuite_cli` is `hootsuite`."""

from hootsuite_cli.main import main

if __name__ == "__main__":
    main()
