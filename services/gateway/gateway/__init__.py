"""The door: panel, REST API, public playlist addresses."""
