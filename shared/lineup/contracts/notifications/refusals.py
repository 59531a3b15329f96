"""Why notifications refuses what it is asked, each reason with its code."""

from lineup.errors import Conflict, NotFound


class MailTransportNotFound(NotFound):
    """There are no email delivery settings."""

    code = "mail_transport_not_found"


class NotFailed(Conflict):
    """Only failed messages can be sent again."""

    code = "not_failed"
