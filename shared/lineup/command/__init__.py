"""The command line: what an operator or a developer asks for by name.

An installation shows what is in it: a service's image has that service's tasks, the
checkout has all of them and the verbs of the local run.
"""
