"""What is entered about partner packages and partnerships."""

from typing import Any, ClassVar

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from gateway.panel.amounts import read_amount
from gateway.panel.entries import Checklist, amount_field, chosen_of, entry
from gateway.panel.forms import LineupForm
from gateway.panel.packages import FEATURES
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import (
    CreatePartnerPackage,
    PartnerPackageView,
)
from lineup.contracts.accounts.partnerships import (
    BookPartnerPayment,
    ChoosePackage,
    DeletePartner,
    ExtendTrial,
    PlatformSettings,
    ResendPartnerCredentials,
    UpdatePlatformSettings,
)
from lineup.money import Money

TO_THEIR_END = "end"
NO_LIMIT = "Leave empty for no limit."
KEPT = "Kept in the history."


class PackageForm(LineupForm):
    """A package for partners."""

    asks = CreatePartnerPackage
    sections: ClassVar = {
        "": [
            "name",
            "description",
            "offered_to",
            ("amount", "currency"),
            "is_offered",
        ],
        "Limits": [("most_customers", "most_users"), ("most_sellers", "most_staff")],
        "Features": ["features"],
    }

    name = entry("Name")
    description = entry("Description")
    offered_to = entry(
        "For",
        "Resellers have links to partners instead of sellers, and of the features only "
        "the REST API. This cannot be changed later.",
    )
    amount = amount_field("Price per month")
    currency = entry("Currency", is_required=True, default="EUR")
    is_offered = entry("Offered", "It can be chosen from now on. Who has it keeps it.")
    most_customers = entry("Customers", NO_LIMIT)
    most_users = entry("Users", NO_LIMIT)
    most_sellers = entry("Sellers", NO_LIMIT)
    most_staff = entry("Staff logins", NO_LIMIT)
    features = entry("Features", kind=Checklist, choices=chosen_of(FEATURES))

    def __init__(self, package: PartnerPackageView | None = None) -> None:
        said: dict[str, Any] = {}
        if package is not None:
            said = {
                "amount": package.price.decimal(),
                "currency": package.price.asset,
                "features": [one.value for one in package.features],
            }
        super().__init__(obj=package, **said)
        if package is not None:
            del self.offered_to

    def terms(self) -> dict[str, Any]:
        """What is said of a package beside the fields of its request."""
        return {
            "price": self.price(),
            "features": [Feature(one) for one in self.features.data or []],
        }

    def price(self) -> Money:
        """What it costs a month."""
        return read_amount(self.amount.data or "", self.currency.data or "")


class PaymentForm(LineupForm):
    """A payment of one month, received by the platform."""

    asks = BookPartnerPayment
    reference = entry(
        "Payment reference",
        "Such as the number of the bank transfer. It is booked once.",
    )
    note = entry("Note")


class MoreDaysForm(LineupForm):
    """Some days more, for a reason."""

    asks = ExtendTrial
    days = entry("Days")
    reason = entry("Reason", KEPT)


class CredentialsForm(LineupForm):
    """Where new credentials go."""

    asks = ResendPartnerCredentials
    email = entry("Email")


class PartnerDeletionForm(LineupForm):
    """A partner's name, typed, and why it goes."""

    asks = DeletePartner
    confirmation = entry("Type the username to confirm", is_required=True)
    reason = entry("Reason", KEPT, is_required=True)


class ChoiceForm(LineupForm):
    """Another package."""

    asks = ChoosePackage
    package_id = entry("Package", kind=RadioField)


class PlatformForm(LineupForm):
    """What holds for all partners."""

    asks = UpdatePlatformSettings
    sections: ClassVar = {
        "When a partner does not pay": ["served"],
        "Payment": ["payment_instructions"],
    }

    served = entry(
        "Subscribers of a locked partner are served",
        "After that they see the partner's demo channels.",
        kind=SelectField,
    )
    payment_instructions = entry(
        "How partners pay",
        "Shown on the payment page and in reminders, such as your bank account. The "
        "amount and a payment reference are added.",
        kind=TextAreaField,
        render_kw={"rows": 5},
    )

    def __init__(self, settings: PlatformSettings) -> None:
        days = settings.subscriber_days
        present = TO_THEIR_END if days is None else str(days)
        super().__init__(obj=settings, served=present)
        usual = {0, 3, 7, 14, 30} | ({days} if days is not None else set())
        self.served.choices = [
            *(SelectChoice(str(n), f"for {n} days") for n in sorted(usual)),
            SelectChoice(TO_THEIR_END, "until their subscriptions end"),
        ]

    def days(self) -> int | None:
        """How long they are served; None: to their end."""
        return None if self.served.data == TO_THEIR_END else int(self.served.data)
