"""Ways in to subscriptions."""

from billing.people.models import UserCopy
from billing.subscriptions import operations, renewals, upkeep
from billing.subscriptions.blockers import get_deletion_blockers
from billing.subscriptions.lists import list_subscriptions
from billing.subscriptions.overview import get_renewal_overview
from billing.subscriptions.quotes import quote_purchase
from billing.wallets import corrections
from lineup.bus import Doors, every, on_event, rpc
from lineup.context import (
    EVERYBODY,
    PARTNERS,
    SELLERS_AND_CUSTOMERS,
    Call,
    Event,
)
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.catalog import ProductChanged
from lineup.contracts.billing.subscriptions import (
    DeletionBlockers,
    GetDeletionBlockers,
    GetRenewal,
    GetRenewalOverview,
    GetSubscription,
    ListSubscriptions,
    Purchase,
    PurchaseQuote,
    QuotePurchase,
    QuoteStop,
    RenewalOverview,
    RenewalView,
    StopReceipt,
    StopSubscription,
    SubscriptionView,
    SwitchRenewal,
)
from lineup.contracts.billing.wallets import Booked, CorrectBooking, PayOut, TopUp
from lineup.contracts.paging import Page
from lineup.database import locked

CURRENT_RENEWAL = locked(UserCopy, operations.get_renewal, GetRenewal)


class SubscriptionDoors(Doors):
    """What a customer or its seller may do with a user's subscription."""

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def purchase(self, call: Call[Purchase]) -> SubscriptionView:
        """Buy or renew; the same idempotency key charges once."""
        return self.database.once(call, operations.purchase)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def quote_purchase(self, call: Call[QuotePurchase]) -> PurchaseQuote:
        """What a purchase would cost and give."""
        return self.database.read(call, quote_purchase)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def quote_stop(self, call: Call[QuoteStop]) -> StopReceipt:
        """What stopping now would return."""
        return self.database.read(call, operations.quote_stop)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def stop_subscription(self, call: Call[StopSubscription]) -> StopReceipt:
        """Stop now; the same idempotency key gives the first receipt again."""
        return self.database.once(call, operations.stop_subscription)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def switch_renewal(self, call: Call[SwitchRenewal]) -> RenewalView:
        """Turn a user's automatic renewal on or off."""
        return self.database.once(call, operations.switch_renewal, CURRENT_RENEWAL)

    @rpc(allowed=EVERYBODY)
    def get_renewal(self, call: Call[GetRenewal]) -> RenewalView:
        """Whether a user renews by itself."""
        return self.database.read(call, operations.get_renewal)

    @rpc(allowed=EVERYBODY)
    def get_subscription(self, call: Call[GetSubscription]) -> SubscriptionView:
        """One subscription."""
        return self.database.read(call, operations.get_subscription)

    @rpc(allowed=EVERYBODY)
    def list_subscriptions(
        self, call: Call[ListSubscriptions]
    ) -> Page[SubscriptionView]:
        """Subscriptions that pass every filter given."""
        return self.database.read(call, list_subscriptions)

    @rpc(allowed=EVERYBODY)
    def get_renewal_overview(self, call: Call[GetRenewalOverview]) -> RenewalOverview:
        """Every user of a customer with its switch, and the total due."""
        return self.database.read(call, get_renewal_overview)

    @rpc(allowed=SELLERS_AND_CUSTOMERS)
    def get_deletion_blockers(
        self, call: Call[GetDeletionBlockers]
    ) -> DeletionBlockers:
        """What would be lost by deleting a user, customer or seller."""
        return self.database.read(call, get_deletion_blockers)

    @on_event
    def on_customer_changed(self, event: Event[CustomerChanged]) -> None:
        """Keep the newest of a customer; what it has follows it."""
        self.database.keep(event, operations.follow_customer)

    @on_event
    def on_user_changed(self, event: Event[UserChanged]) -> None:
        """Keep the newest of a user; a deleted one stops."""
        self.database.keep(event, operations.follow_user)


class RenewalDoors(Doors):
    """Money in, renewals out, and the timers that keep ends told."""

    @rpc(allowed=PARTNERS)
    def top_up(self, call: Call[TopUp]) -> Booked:
        """Put money on a balance; users that wait for it are renewed at once."""
        return self.database.once(call, renewals.top_up)

    @rpc(allowed=PARTNERS)
    def pay_out(self, call: Call[PayOut]) -> Booked:
        """Give money of a balance back outside."""
        return self.database.once(call, corrections.pay_out)

    @rpc(allowed=PARTNERS)
    def correct_booking(self, call: Call[CorrectBooking]) -> Booked:
        """Undo a wrong top-up or payout, once."""
        return self.database.once(call, renewals.correct_booking)

    @every(seconds=5)
    def renew_due_subscriptions(self) -> None:
        """Renew what is due, before its end where possible."""
        renewals.renew_all(self.database)

    @every(seconds=10)
    def announce_ends(self) -> None:
        """Mark and announce subscriptions whose end has passed."""
        upkeep.expire_all(self.database)

    @on_event
    def on_product_changed(self, event: Event[ProductChanged]) -> None:
        """Announce the running subscriptions of a changed product anew."""
        upkeep.follow_product(self.database, event.state)
