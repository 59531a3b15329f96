"""The form that deletes a customer or seller, and what it has to say first."""

from typing import ClassVar, Self

from wtforms import StringField
from wtforms.validators import ValidationError

from gateway.panel.entries import chosen_of, entry
from gateway.panel.forms import LineupForm
from gateway.panel.optional_results import OptionalResult, optional_if_known
from gateway.request_context import ask_later
from lineup.contracts.accounts.customers import BalanceSettlement, DeleteCustomer
from lineup.contracts.billing.deletion_blockers import (
    DeletionBlockers,
    GetDeletionBlockers,
)

SETTLEMENT_LABELS = {
    BalanceSettlement.PAY_OUT: "Pay out to the customer",
    BalanceSettlement.WRITE_OFF: "Write off",
}


class DeletionForm(LineupForm):
    """Has the name typed; where something would be lost, asks for a reason as well."""

    asks: ClassVar[type] = DeleteCustomer
    typed = StringField("Type the name to confirm")
    reason = entry(
        "Reason for deleting anyway",
        "The reason is kept in the records.",
        is_required=True,
    )
    settlement = entry("Remaining balance", choices=chosen_of(SETTLEMENT_LABELS))

    def __init__(self, expected: str, *, is_forced: bool, has_money: bool) -> None:
        super().__init__()
        self._expected = expected
        self.is_forced = is_forced
        self.typed.label.text = f"Type {expected} to confirm"
        if not is_forced:
            del self.reason
        if not has_money:
            del self.settlement

    @classmethod
    def of_customer(cls, name: str, found: DeletionBlockers | None) -> Self:
        """The form for a customer; nothing is found while billing is away."""
        has_money = bool(found and found.balances)
        is_forced = has_money or bool(found and found.running)
        return cls(name, is_forced=is_forced, has_money=has_money)

    def validate_typed(self, field: StringField) -> None:
        """ValidationError for any other name."""
        if (field.data or "").strip() != self._expected:
            raise ValidationError("This does not match.")


def blockers_of(rpc_request: GetDeletionBlockers) -> OptionalResult[DeletionBlockers]:
    """What would be lost by a deletion; empty while billing is away."""
    return optional_if_known(ask_later(rpc_request))
