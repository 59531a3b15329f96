"""Why accounts refuses what it is asked, each reason with its code."""

from lineup.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)


class AccountNotFound(NotFound):
    """There is no such account."""

    code = "account_not_found"


class PaymentNotFound(NotFound):
    """There is no such payment."""

    code = "payment_not_found"


class CustomerNotFound(NotFound):
    """There is no such customer."""

    code = "customer_not_found"


class UserNotFound(NotFound):
    """There is no such user."""

    code = "user_not_found"


class LoginNotFound(NotFound):
    """There is no such login."""

    code = "login_not_found"


class SessionNotFound(NotFound):
    """There is no such session."""

    code = "session_not_found"


class DeviceNotFound(NotFound):
    """There is no such device."""

    code = "device_not_found"


class BoxNotFound(NotFound):
    """There is no such box."""

    code = "box_not_found"


class BoxModelNotFound(NotFound):
    """There is no such box model."""

    code = "box_model_not_found"


class BoxModelUsed(Conflict):
    """There are boxes of this model."""

    code = "box_model_used"


class BoxAssigned(Conflict):
    """This box is assigned to a user. Return it first."""

    code = "box_assigned"


class BoxNotAssigned(Conflict):
    """This box is not assigned."""

    code = "box_not_assigned"


class BoxFaulty(Conflict):
    """This box is faulty."""

    code = "box_faulty"


class BoxOfAnother(Conflict):
    """This box was handed over to another seller."""

    code = "box_of_another"


class GroupNotFound(NotFound):
    """There is no such group."""

    code = "group_not_found"


class AccountJobNotFound(NotFound):
    """There is no such account job."""

    code = "account_job_not_found"


class PermissionSetNotFound(NotFound):
    """There is no such permission set."""

    code = "permission_set_not_found"


class PermissionSetUsed(Conflict):
    """Logins have this permission set. Give them another one first."""

    code = "permission_set_used"


class GroupUsed(Conflict):
    """This group has customers. Move them to another group first."""

    code = "group_used"


class SellerPlanNotFound(NotFound):
    """There is no such seller plan."""

    code = "seller_plan_not_found"


class SellerPlanUsed(Conflict):
    """Sellers have this plan. Give them another plan first."""

    code = "seller_plan_used"


class LimitReached(Conflict):
    """The seller plan allows no more."""

    code = "limit_reached"


class ConfirmationMissing(Invalid):
    """Type the username of the account to confirm its deletion."""

    code = "confirmation_missing"


class OwnCustomer(Conflict):
    """These are the account's own users: they stay with it and go with it."""

    code = "own_customer"


class AlreadySeller(Conflict):
    """This customer is a seller already."""

    code = "already_seller"


class CustomerDisabled(Conflict):
    """This customer is disabled. Enable it first."""

    code = "customer_disabled"


class SubSellersNotAllowed(Conflict):
    """This seller cannot have sellers below it."""

    code = "sub_sellers_not_allowed"


class CustomersComing(Conflict):
    """Customers are being moved to this account. Please wait until this is finished."""

    code = "customers_coming"


class NotSignedIn(Unauthenticated):
    """Your session or token has expired. Please sign in again."""

    code = "not_signed_in"


class AccountInactive(Forbidden):
    """This account or its parent account is disabled."""

    code = "account_inactive"


class AccountLocked(AccountInactive):
    """This account is disabled. Ask your provider to enable it."""

    code = "account_locked"


class ApiDisabled(Forbidden):
    """API access is disabled for this account."""

    code = "api_disabled"


class ApiKeyNotFound(NotFound):
    """There is no such API key."""

    code = "api_key_not_found"


class MadeByKey(Forbidden):
    """API keys cannot create or change API keys or renew others."""

    code = "made_by_key"


class SupportNotGranted(Forbidden):
    """This partner has not given support access, or the time is over."""

    code = "support_not_granted"


class SupportGrantNotFound(NotFound):
    """There is no such support access."""

    code = "support_grant_not_found"


class LoginDeleted(Conflict):
    """This login was deleted."""

    code = "login_deleted"


class InvalidCredentials(Unauthenticated):
    """Incorrect username or password."""

    code = "invalid_credentials"


class CodeWrong(Invalid):
    """The code is incorrect, has expired or was already used."""

    code = "code_wrong"


class SecondFactorOn(Conflict):
    """Your second factor is already enabled. Disable it first."""

    code = "second_factor_on"


class SecondFactorOff(Conflict):
    """There is no second factor."""

    code = "second_factor_off"


class CurrencyInUse(Conflict):
    """The currency cannot be changed while balances or prices use it."""

    code = "currency_in_use"


class ResetLinkInvalid(Invalid):
    """This link has expired or was already used. Request a new one."""

    code = "reset_link_invalid"


class NoEmail(Conflict):
    """There is no email address for this login. Add one first."""

    code = "no_email"


class OwnLogin(Forbidden):
    """You cannot disable or reset your own login."""

    code = "own_login"


class LastLogin(Conflict):
    """An account needs at least one login. Disable it instead."""

    code = "last_login"


class PasswordWrong(Invalid):
    """The current password is incorrect."""

    code = "password_wrong"


class AccountDeleted(Conflict):
    """This account was deleted."""

    code = "account_deleted"


class OwnAccount(Forbidden):
    """You cannot disable your own account."""

    code = "own_account"


class PartnerPackageNotFound(NotFound):
    """There is no such partner package."""

    code = "partner_package_not_found"


class ErasureNotFound(NotFound):
    """No erasure of this customer was requested."""

    code = "erasure_not_found"


class PartnerPurged(Conflict):
    """The data of this partner was deleted, or is being deleted."""

    code = "partner_purged"


class PaymentKnown(Conflict):
    """A payment with this reference was already booked."""

    code = "payment_known"


class NotOnTrial(Conflict):
    """This partner is not on trial."""

    code = "not_on_trial"


class NotLocked(Conflict):
    """This partner is not locked, so that nothing is about to be deleted."""

    code = "not_locked"


class ServiceIdNeeded(Conflict):
    """Logins of this partner have usernames that others have, too."""

    code = "service_id_needed"


class CredentialsKnown(Conflict):
    """The credentials have already arrived. Reset the password instead."""

    code = "credentials_known"


class PartnerNotOffering(Conflict):
    """This partner does not offer its products to resellers."""

    code = "partner_not_offering"


class RequestOpen(Conflict):
    """There is an open request to this partner. Withdraw it, or wait for an answer."""

    code = "request_open"


class RequestTooSoon(Conflict):
    """This partner has rejected a request. Repeat it later, or ask to be invited."""

    code = "request_too_soon"


class RequestClosed(Conflict):
    """This request was already answered or withdrawn."""

    code = "request_closed"


class LinkActive(Conflict):
    """There is a link to this partner already."""

    code = "link_active"


class LinkOver(Conflict):
    """This link has ended already."""

    code = "link_over"


class LinkRequestNotFound(NotFound):
    """There is no such link request."""

    code = "link_request_not_found"


class ResellerLinkNotFound(NotFound):
    """There is no such link."""

    code = "reseller_link_not_found"
