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
        ("csrf", 403, "The form is too old or not ours; load the page again."),
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
        ("busy", 503, "Somebody else is changing the same thing; try again."),
        ("unavailable", 503, "A part of the platform is away; try again."),
        ("service_unavailable", 503, "A service is away; try again."),
        ("unknown_door", 503, "A service is older than this call; try again."),
        ("timeout", 504, "A service did not answer in time; try again."),
        # Everywhere
        ("forbidden", 403, "Your role may not do this."),
        ("conflict", 409, "The present state forbids it."),
        ("key_reused", 409, "This idempotency key was used with other content."),
        # Logins and accounts
        ("not_signed_in", 401, "The token is unknown or over: sign in again."),
        ("invalid_credentials", 401, "The login name or the password is wrong."),
        ("account_inactive", 403, "This account, or one above it, is switched off."),
        ("account_locked", 403, "This customer is switched off."),
        ("own_account", 403, "Nobody switches off the account they act from."),
        ("own_login", 403, "Nobody switches off the login they act with."),
        ("not_on_behalf", 403, "Not while logged in as another."),
        ("account_deleted", 409, "This account was deleted."),
        ("login_deleted", 409, "This login was deleted."),
        ("customers_coming", 409, "Customers are being moved to this account; wait."),
        ("currency_in_use", 409, "Customers have had balances in this currency."),
        ("already_used", 409, "Several values are used already; `details` says which."),
        ("email_taken", 409, "The mail address is used already."),
        ("username_taken", 409, "The login name is used already."),
        ("mac_taken", 409, "Another device has this MAC address."),
        ("group_name_taken", 409, "Another group of the company has this name."),
        ("group_used", 409, "Customers are in this group; move them first."),
        ("required", 422, "This must be given."),
        ("too_long", 422, "This is too long."),
        ("unprintable", 422, "Only printable characters in one line."),
        ("email_invalid", 422, "This is not a mail address."),
        ("mobile_invalid", 422, "A mobile number is written like +31612345678."),
        ("country_unknown", 422, "Choose a country code of ISO 3166."),
        ("currency_unknown", 422, "Choose a currency code of ISO 4217."),
        ("time_zone_unknown", 422, "Choose a zone such as Europe/Paris."),
        ("public_url_invalid", 422, "Not an address such as https://tv.example."),
        ("mac_invalid", 422, "A MAC address is written like 00:1A:79:12:34:56."),
        ("group_unknown", 422, "Choose a group that this customer can be in."),
        ("seconds_invalid", 422, "From 0 to 86400 seconds."),
        ("pin_invalid", 422, "A PIN has four digits."),
        ("currency_fixed", 422, "A seller has the currency of its partner."),
        ("confirmation_missing", 422, "Type the login name of what is deleted."),
        ("password_wrong", 422, "The old password is not right."),
        ("role_unfit", 422, "This account has no such logins."),
        ("username_capitals", 422, "A login name has no capital letters."),
        ("username_length", 422, "The login name is too short or too long."),
        ("username_characters", 422, "The login name has other than plain characters."),
        ("password_short", 422, "The password is too short for this kind of login."),
        ("password_long", 422, "The password is too long."),
        # Catalogue and shops
        ("partner_not_found", 404, "There is no such partner."),
        ("product_not_found", 404, "There is no such product."),
        ("plan_not_found", 404, "There is no such plan."),
        ("shop_not_found", 404, "There is no such shop."),
        ("order_not_found", 404, "There is no such order."),
        ("delivery_not_found", 404, "There is no such delivery."),
        ("delivery_done", 409, "This delivery was worked on already."),
        ("plan_retired", 409, "This plan is no longer sold."),
        ("sku_taken", 409, "Another plan on sale has this SKU already."),
        (
            "order_unknown",
            422,
            "This list cannot be sorted by that; `fields` says by what.",
        ),
        ("page_gone", 422, "The row a page started from left the list; begin again."),
        ("bad_length", 422, "A plan has months or days, exactly one of them."),
        # Money
        ("customer_not_found", 404, "There is no such customer."),
        ("insufficient_balance", 402, "The balance does not cover this."),
        ("currency_mismatch", 409, "The amounts are in different currencies."),
        ("bad_amount", 422, "Not an amount of that currency."),
        # Subscriptions
        ("user_not_found", 404, "There is no such user."),
        ("subscription_not_found", 404, "There is no such subscription."),
        ("not_active", 409, "The subscription is not running."),
        ("subscription_active", 409, "Stop the running subscription first."),
        ("period_over", 409, "Counted from the old end, the period is over already."),
        ("trial_used", 409, "This customer had its trial already."),
        # Channels and packages
        ("partner_unknown", 404, "There is no such partner."),
        ("channel_unknown", 404, "There is no such channel."),
        ("package_unknown", 404, "There is no such package; 422 in a list of them."),
        ("job_unknown", 404, "There is no such job."),
        ("number_taken", 409, "Another channel has this number."),
        ("package_in_use", 409, "A subscription runs on this package."),
        ("demo_stays", 409, "The demo set may be empty, but not be gone."),
        ("empty_upload", 422, "The file is empty."),
        ("not_a_logo", 422, "A logo is a PNG, JPEG or WebP of 512 KB at most."),
        ("upload_missing", 422, "The uploaded file is gone; upload it again."),
        ("upload_too_large", 422, "This is larger than what is read here."),
        ("not_a_playlist", 422, "This is not a playlist in M3U format."),
        ("empty_playlist", 422, "There are no channels in this playlist."),
        ("unreachable", 422, "What the address gives was not taken."),
        # Guide
        ("guide_source_unknown", 404, "There is no such guide source."),
        ("guide_refused", 422, "The guide was not taken; the old one stays."),
        ("guide_unreachable", 422, "The address does not answer with a guide."),
        ("guide_address_forbidden", 422, "The address leads into a private network."),
        ("guide_too_large", 422, "The guide is longer than this installation reads."),
        ("guide_truncated", 422, "The guide ends in the middle."),
        ("guide_damaged", 422, "The packed guide cannot be unpacked."),
        ("guide_encoding", 422, "The guide is not in the encoding it declares."),
        ("guide_entities", 422, "The guide declares entities, which is not taken."),
        ("not_xmltv", 422, "This is not a guide in XMLTV format."),
        ("guide_empty", 422, "There are no programmes in the guide."),
        ("guide_shrunk", 422, "Less than half the programmes of last time."),
        ("days_out_of_range", 422, "0 to 30 days of the past and of the future."),
        # Messages
        ("not_failed", 409, "Only a message that has failed can be sent again."),
    )
)

STATUS_OF = {code.code: code.status for code in CODES}
