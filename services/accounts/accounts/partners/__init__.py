"""A partner's life: registration, trial, payment, lock, and the end of its data."""
