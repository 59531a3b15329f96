"""Lineup on one machine: private servers, one supervisor, a demo partner."""
