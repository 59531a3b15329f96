"""Refusals of several services, each with its code."""

from lineup.errors import NotFound


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    code = "delivery_not_found"
