"""The endpoint: panel, REST API, public playlist addresses."""
