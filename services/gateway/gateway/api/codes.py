"""The published list of codes: every error names one of these (AP-06)."""

from typing import NamedTuple


class Code(NamedTuple):
    """One code, the status it comes with and what it means to a caller."""

    code: str
    status: int
    meaning: str


CODES = tuple(
    Code(*row)
    for row in (
        # The gateway's own
        ("bad_request", 400, "The request cannot be read."),
        ("malformed_json", 400, "The body is not JSON."),
        ("csrf", 400, "The form is too old or not ours; load the page again."),
        ("unauthenticated", 401, "Sign in first, or again."),
        ("not_found", 404, "Unknown, or outside what you may see."),
        ("method_not_allowed", 405, "This address does not know that method."),
        ("not_acceptable", 406, "The answer cannot be given in that form."),
        ("too_large", 413, "The body is larger than this address takes."),
        ("unsupported_media_type", 415, "The body must be of the documented type."),
        ("invalid", 422, "Some values cannot be right; `fields` says which."),
        ("bad_idempotency_key", 422, "A key has 1 to 255 visible ASCII characters."),
        ("too_many_requests", 429, "Slow down; Retry-After says for how long."),
        ("internal_error", 500, "A fault of ours; quote the request id."),
        ("unavailable", 503, "A part of the platform is away; try again."),
        ("service_unavailable", 503, "A service is away; try again."),
        ("timeout", 504, "A service did not answer in time; try again."),
        # Everywhere
        ("forbidden", 403, "Your role may not do this."),
        ("conflict", 409, "The present state forbids it."),
        ("key_reused", 409, "This idempotency key was used with other content."),
        # Logins and accounts
        ("wrong_credentials", 401, "The name or the password is wrong."),
        ("account_inactive", 403, "The account is switched off."),
        ("email_taken", 409, "The mail address is used already."),
        ("username_taken", 409, "The login name is used already."),
        ("username_capitals", 422, "A login name has no capital letters."),
        # Money
        ("insufficient_balance", 402, "There is not enough money for this."),
        ("currency_mismatch", 409, "The amounts are in different currencies."),
        ("bad_amount", 422, "Not an amount of that currency."),
        # Subscriptions
        ("not_active", 409, "The subscription is not running."),
        ("subscription_active", 409, "Stop the running subscription first."),
        # Channels
        ("number_taken", 409, "The channel number is used already."),
    )
)

STATUS_OF = {code.code: code.status for code in CODES}
