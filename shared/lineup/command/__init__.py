"""The command line: what an operator or a developer asks for by name."""
