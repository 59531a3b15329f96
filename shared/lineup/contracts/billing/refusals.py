"""Why billing refuses what it is asked, each reason with its code."""

from lineup.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaymentRequired,
    Unavailable,
)


class ProductNotFound(NotFound):
    """There is no such product."""

    code = "product_not_found"


class PlanNotFound(NotFound):
    """There is no such plan."""

    code = "plan_not_found"


class SubscriptionNotFound(NotFound):
    """There is no such subscription."""

    code = "subscription_not_found"


class BookingNotFound(NotFound):
    """There is no such transaction."""

    code = "booking_not_found"


class ShopNotFound(NotFound):
    """There is no such shop."""

    code = "shop_not_found"


class OrderNotFound(NotFound):
    """There is no such order."""

    code = "order_not_found"


class ExceptionNotFound(NotFound):
    """The order has no such exception."""

    code = "exception_not_found"


class PieceNotFound(NotFound):
    """The order has no such item."""

    code = "piece_not_found"


class BadLength(Invalid):
    """A plan must have either months or days."""

    code = "bad_length"


class SubscriptionActive(Conflict):
    """Stop the active subscription first."""

    code = "subscription_active"


class SkuTaken(Conflict):
    """Another plan on sale already uses this SKU; upper and lower case are alike."""

    code = "sku_taken"


class TrialCosts(Invalid):
    """The price of a trial must be zero."""

    code = "trial_costs"


class PlanNotAllowed(Forbidden):
    """The seller may not sell this plan."""

    code = "plan_not_allowed"


class NoCreditPrice(Conflict):
    """This plan has no price in Credits."""

    code = "no_credit_price"


class SoldBySeller(Forbidden):
    """Your seller sells and renews your subscriptions. Please contact your seller."""

    code = "sold_by_seller"


class CreditsMissing(Conflict):
    """Add the currency Credits first."""

    code = "credits_currency_missing"


class CreditsInUse(Conflict):
    """Some sellers are postpaid. Remove their type first."""

    code = "credits_in_use"


class CreditsLeft(Conflict):
    """There are Credits left. Take them back first."""

    code = "credits_left"


class SellerTypeSet(Conflict):
    """This seller already has a type. Remove it first."""

    code = "seller_type_set"


class NotPostpaid(Conflict):
    """This seller does not pay with Credits."""

    code = "not_postpaid"


class BelowSeller(Conflict):
    """A seller below another one pays as that one does."""

    code = "below_seller"


class PlanRetired(Conflict):
    """This plan is retired."""

    code = "plan_retired"


class NotActive(Conflict):
    """This subscription is not active."""

    code = "not_active"


class PeriodTooLong(Conflict):
    """This plan is too long. Choose another plan."""

    code = "period_too_long"


class PeriodOver(Conflict):
    """Counted from the previous end date, this period would already have ended."""

    code = "period_over"


class TotalChanged(Conflict):
    """The total is another one by now. Look at it again before you confirm."""

    code = "total_changed"


class SameProduct(Conflict):
    """The subscription is to this product already."""

    code = "same_product"


class NothingLeft(Conflict):
    """There is no paid time left that could be turned into time of this plan."""

    code = "nothing_left"


class ChangeToTrial(Conflict):
    """A subscription cannot be changed to a trial."""

    code = "change_to_trial"


class NoChangeNoted(Conflict):
    """No change is noted for the end of this subscription."""

    code = "no_change_noted"


class SubscriptionSuspended(Conflict):
    """This subscription is suspended. The suspension must be lifted first."""

    code = "subscription_suspended"


class NotSuspended(Conflict):
    """This subscription is not suspended."""

    code = "not_suspended"


class EndDatePast(Invalid):
    """The end date must be in the future. To end it now, stop it."""

    code = "end_date_past"


class OtherProductRunning(SubscriptionActive):
    """This user already has an active subscription to another product."""


class AlreadyCorrected(Conflict):
    """This transaction was already corrected."""

    code = "already_corrected"


class NotCorrectable(Conflict):
    """Only top-ups and payouts can be corrected; to undo a sale, stop it."""

    code = "not_correctable"


class CustomerDeleted(Conflict):
    """This customer was deleted. No more money can be added to the balance."""

    code = "customer_deleted"


class InsufficientBalance(PaymentRequired):
    """The balance does not cover this."""


class AmountTooLarge(Invalid):
    """The amount is too large."""

    code = "amount_too_large"


class PieceSettled(Conflict):
    """This item of the order is already completed."""

    code = "piece_settled"


class DeliveryDone(Conflict):
    """This delivery was already processed."""

    code = "delivery_done"


class OrderKnown(Conflict):
    """This order already exists. Fulfil it from the order page."""

    code = "order_known"


class ShopConnected(Conflict):
    """This shop is already connected. Change the secret of that connection instead."""

    code = "shop_connected"


class DocumentNotFound(NotFound):
    """There is no such document."""

    code = "document_not_found"


class TaxRateNotFound(NotFound):
    """There is no such tax rate."""

    code = "tax_rate_not_found"


class PdfUnavailable(Unavailable):
    """PDF files cannot be made on this server. The document can still be read."""

    code = "pdf_unavailable"
