"""Mail addresses (RFC 5321, RFC 6531) in the form in which they are kept."""

from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError
from lineup.values.text import IN_A_LINE

LONGEST = 254


def mail_address(text: str) -> str:
    """A mail address in its normal form; BadValueError for what can be none."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            text,
            check_deliverability=False,
            globally_deliverable=False,
            strict=True,
        )
    except (EmailNotValidError, ValueError):
        raise _wrong() from None
    _, dot, top = found.domain.rpartition(".")
    if not dot or not top[:1].isalpha() or len(found.normalized) > LONGEST:
        raise _wrong()
    return found.normalized


def find_mail_address(text: str) -> str | None:
    """The mail address that a text of somebody else's is, or None."""
    kept = text.strip()
    if not kept or len(kept) > LONGEST or IN_A_LINE.search(kept):
        return None
    try:
        return mail_address(kept)
    except BadValueError:
        return None


def _wrong() -> BadValueError:
    return BadValueError(FieldCode.EMAIL_INVALID, "Enter a valid email address.")
