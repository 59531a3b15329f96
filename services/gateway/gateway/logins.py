"""Logins and sessions as lists: one's own in the settings, and those below."""

from gateway.panel.tables import Column, Table

LOGINS = Table(
    "logins",
    Column("username", "Login name", order="username"),
    Column("role", "Role"),
    Column("state", "State"),
    Column("created_at", "Since", order="created_at"),
    Column("acts", ""),
)
SESSIONS = Table(
    "sessions",
    Column("kind", "Kind"),
    Column("username", "Login name"),
    Column("client", "Program"),
    Column("created_at", "Begun"),
    Column("expires_at", "Ends"),
    Column("acts", ""),
)
