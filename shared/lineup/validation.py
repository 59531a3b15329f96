"""Everything wrong with a request, told in one answer: field, words and stable code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lineup.errors import Conflict, DocumentedCode, Invalid, Refusal


class FieldCode(DocumentedCode):
    """What can be wrong with a single value by itself."""

    REQUIRED = "required", "This field is required."
    TOO_LONG = "too_long", "This is too long."
    TOO_SHORT = "too_short", "This is too short; in `details` only."
    OUT_OF_RANGE = "out_of_range", "A number is out of range; in `details` only."
    TOO_MANY = "too_many", "The list is too long; in `details` only."
    MOMENT_INVALID = "moment_invalid", "Not between 1900 and 2200; in `details` only."
    TEXT_INVALID = "text_invalid", "This is not valid."
    UNPRINTABLE = "unprintable", "Control characters are not allowed."
    ADDRESS_INVALID = "address_invalid", "The URL is not valid."
    NETWORK_INVALID = "network_invalid", "This is no IP address or network."
    HOST_INVALID = "host_invalid", "This is not a valid host name."
    HEADER_INVALID = "header_invalid", "These are not valid HTTP headers."
    PUBLIC_URL_INVALID = (
        "public_url_invalid",
        "Not an address such as https://tv.example.",
    )
    PLAYER_LINE_INVALID = (
        "player_line_invalid",
        "This is not a line for players such as #EXTVLCOPT:….",
    )
    EMAIL_INVALID = "email_invalid", "Enter a valid email address."
    MOBILE_INVALID = (
        "mobile_invalid",
        "The mobile number is not in international format.",
    )
    COUNTRY_UNKNOWN = "country_unknown", "The country must be an ISO 3166 code."
    CURRENCY_UNKNOWN = "currency_unknown", "The currency must be an ISO 4217 code."
    TIME_ZONE_UNKNOWN = (
        "time_zone_unknown",
        "The time zone must be such as Europe/Paris.",
    )
    MAC_INVALID = "mac_invalid", "The MAC address is not like 00:1A:79:12:34:56."
    SECONDS_INVALID = "seconds_invalid", "From 0 to 86400 seconds."
    SESSION_OUT_OF_RANGE = (
        "session_out_of_range",
        "Enter between one minute and one week.",
    )
    PIN_INVALID = "pin_invalid", "A PIN has four digits."
    USERNAME_LENGTH = "username_length", "The username is too short or too long."
    USERNAME_CAPITALS = "username_capitals", "A username must not have capital letters."
    USERNAME_CHARACTERS = (
        "username_characters",
        "The username has characters that are not allowed.",
    )
    PASSWORD_SHORT = (
        "password_short",
        "The password is too short for this kind of login.",
    )
    PASSWORD_LONG = "password_long", "The password is too long."
    PERMISSION_SET_UNKNOWN = "permission_set_unknown", "There is no such set."
    ROLE_UNFIT = "role_unfit", "This role is not available for this account."
    GROUP_UNKNOWN = "group_unknown", "The group is not available for this customer."
    SERVICE_ID_INVALID = (
        "service_id_invalid",
        "The service ID is not like north-tv, or not of a partner.",
    )
    NOT_FOR_RESELLERS = (
        "not_for_resellers",
        "Packages for resellers do not have this limit or feature.",
    )
    CURRENCY_FIXED = "currency_fixed", "A seller uses the currency of its partner."


class TakenCode(DocumentedCode):
    """What is wrong with a value only because somebody else already uses it."""

    ALREADY_USED = "already_used", "Several values are already taken. See `details`."
    EMAIL_TAKEN = "email_taken", "The email address is already in use."
    USERNAME_TAKEN = "username_taken", "The username is already taken."
    SERVICE_ID_TAKEN = "service_id_taken", "Another partner has this service ID."
    EXTERNAL_ID_TAKEN = "external_id_taken", "The external ID is already in use."
    MAC_TAKEN = "mac_taken", "Another device has this MAC address."
    SERIAL_TAKEN = "serial_taken", "Another box has this serial number."
    BOX_MODEL_TAKEN = "box_model_taken", "There is a model of this name and maker."
    PERMISSION_SET_NAME_TAKEN = (
        "permission_set_name_taken",
        "A permission set with this name already exists.",
    )
    GROUP_NAME_TAKEN = "group_name_taken", "A group with this name already exists."
    PACKAGE_NAME_TAKEN = (
        "package_name_taken",
        "A partner package with this name already exists.",
    )
    SELLER_PLAN_NAME_TAKEN = (
        "seller_plan_name_taken",
        "A seller plan with this name already exists.",
    )

    @property
    def kind(self) -> type[Refusal]:
        """Conflict."""
        return Conflict


ABOUT_BOUNDS = frozenset(
    {
        FieldCode.OUT_OF_RANGE,
        FieldCode.TOO_MANY,
        FieldCode.TOO_SHORT,
        FieldCode.MOMENT_INVALID,
    }
)
"""Codes that say nothing without their field: as a whole the request is `invalid`."""


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One value that cannot be taken; `is_taken` when only because others have it."""

    field: str
    code: str
    message: str
    is_taken: bool = False


@dataclass
class ValidationErrors:
    """Collects what is wrong while a request is read, then refuses it all at once."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, name: str, code: FieldCode | type[Invalid], message: str) -> None:
        """Note a value that is wrong by itself."""
        stable = code.value if isinstance(code, FieldCode) else code.code
        self.errors.append(FieldError(field=name, code=stable, message=message))

    def add_taken(self, name: str, code: TakenCode, message: str) -> None:
        """Note a value that somebody else already uses."""
        error = FieldError(field=name, code=code.value, message=message, is_taken=True)
        self.errors.append(error)

    def has(self, name: str) -> bool:
        """Whether a field is at fault already."""
        return any(error.field == name for error in self.errors)

    def refuse(self) -> None:
        """Raise when anything is wrong: one by its own code, several together.

        Conflict when every value is only taken, else Invalid. `fields` holds
        sentences, `details["codes"]` the stable codes, both by field.
        """
        if not self.errors:
            return
        kind = Conflict if all(error.is_taken for error in self.errors) else Invalid
        raise kind(
            self.errors[0].message if self._is_one() else "Some values are not valid.",
            code=self._code(kind),
            fields=self._by_field("message"),
            details={"codes": self._by_field("code")},
        )

    def _is_one(self) -> bool:
        return len(self.errors) == 1

    def _code(self, kind: type[Conflict | Invalid]) -> str:
        if self._is_one() and self.errors[0].code not in ABOUT_BOUNDS:
            return self.errors[0].code
        return TakenCode.ALREADY_USED if kind is Conflict else Invalid.code

    def _by_field(self, what: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for error in self.errors:
            found.setdefault(error.field, []).append(getattr(error, what))
        return found


def all_valid(*checks: Callable[[], Any]) -> list[Any]:
    """What each check returns, in their order.

    Every check is made, and the refusals of those that raise Invalid are told together:
    a single one as it is, several as `invalid` with the fields and codes of all.
    """
    values: list[Any] = []
    refusals: list[Invalid] = []
    for check in checks:
        try:
            values.append(check())
        except Invalid as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise Invalid(
            "Some values are not valid.",
            fields={
                name: told for one in refusals for name, told in one.fields.items()
            },
            details={"codes": {name: [r.code] for r in refusals for name in r.fields}},
        )
    return values
