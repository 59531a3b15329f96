"""The form that deletes a customer or seller, and what it has to say first."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from gateway.panel.forms import Confirmation, line_field
from gateway.panel.optional_results import OptionalResult, optional_if_known
from gateway.request_context import ask_later
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.billing.subscriptions import DeletionBlockers, GetDeletionBlockers

SETTLEMENT_LABELS = {
    BalanceSettlement.PAY_OUT: "Pay out to the customer",
    BalanceSettlement.WRITE_OFF: "Write off",
}


class DeletionForm(Confirmation):
    """Has the name typed; where something would be lost, asks for a reason as well."""

    reason = line_field(
        "Reason for deleting anyway",
        InputRequired(),
        description="The reason is kept in the records.",
    )
    settlement = SelectField(
        "Remaining balance",
        choices=[
            SelectChoice(one.value, label) for one, label in SETTLEMENT_LABELS.items()
        ],
    )

    def __init__(self, expected: str, *, is_forced: bool, has_money: bool) -> None:
        super().__init__(expected)
        self.is_forced = is_forced
        if not is_forced:
            del self.reason
        if not has_money:
            del self.settlement

    def request_fields(self) -> Mapping[str, Any]:
        """What the request says of force, reason and money."""
        if not self.is_forced:
            return {}
        chosen = self.settlement.data if self.settlement else BalanceSettlement.PAY_OUT
        return {
            "force": True,
            "reason": self.reason.data or "",
            "settlement": BalanceSettlement(chosen),
        }


def blockers_of(rpc_request: GetDeletionBlockers) -> OptionalResult[DeletionBlockers]:
    """What would be lost by a deletion; empty while billing is away."""
    pending = ask_later(rpc_request)
    return optional_if_known(pending)
