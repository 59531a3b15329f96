"""Every table of notifications, for migrations: importing this loads all models."""

import notifications.deliveries.models
import notifications.people.models
import notifications.transports.models  # noqa: F401 - loaded for its tables
from notifications.records import Record

METADATA = Record.metadata
