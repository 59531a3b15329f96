"""The audit log: a row of every change, which nobody can edit."""
