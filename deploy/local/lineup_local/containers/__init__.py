"""Lineup in containers on this machine: an engine, the images, the compose file."""
