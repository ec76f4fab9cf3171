"""`python -m hootsuite_sandbox`."""

from hootsuite_sandbox.cli import main

main(prog_name="hootsuite-sandbox")
