"""Logins and sessions as lists: one's own in the settings, and those below."""

from gateway.panel.tables import Column, Table

LOGINS = Table(
    "logins",
    Column("username", "Username", order="username"),
    Column("role", "Role"),
    Column("state", "Status"),
    Column("created_at", "Created", order="created_at"),
    Column("acts", ""),
)
SESSIONS = Table(
    "sessions",
    Column("kind", "Type"),
    Column("username", "Username"),
    Column("client", "Browser or app"),
    Column("created_at", "Started"),
    Column("expires_at", "Expires"),
    Column("acts", ""),
)
