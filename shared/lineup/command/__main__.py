"""`python -m lineup.command`: the same as `lineup`."""

from lineup.command.main import main

main(prog_name="lineup")
