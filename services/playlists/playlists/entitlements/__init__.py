"""Copies of partners, users and subscriptions: who may watch what."""
