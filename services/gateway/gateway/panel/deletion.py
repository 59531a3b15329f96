"""The form that deletes a customer or seller, and what it has to say first."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from gateway.asking import ask_later
from gateway.panel.forms import Confirmation, line
from gateway.panel.parts import Part, part_if_known
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.billing.subscriptions import DeletionBlockers, GetDeletionBlockers

WORDS = {
    BalanceSettlement.PAY_OUT: "Pay out to the customer",
    BalanceSettlement.WRITE_OFF: "Write off",
}


class DeletionForm(Confirmation):
    """Has the name typed; where something would be lost, asks for a reason as well."""

    reason = line(
        "Reason for deleting anyway",
        InputRequired(),
        description="The reason is kept in the records.",
    )
    settlement = SelectField(
        "Remaining balance",
        choices=[SelectChoice(one.value, words) for one, words in WORDS.items()],
    )

    def __init__(self, expected: str, *, is_forced: bool, has_money: bool) -> None:
        super().__init__(expected)
        self.is_forced = is_forced
        if not is_forced:
            del self.reason
        if not has_money:
            del self.settlement

    def said(self) -> Mapping[str, Any]:
        """What the request says of force, reason and money."""
        if not self.is_forced:
            return {}
        chosen = self.settlement.data if self.settlement else BalanceSettlement.PAY_OUT
        return {
            "force": True,
            "reason": self.reason.data or "",
            "settlement": BalanceSettlement(chosen),
        }


def blockers_of(question: GetDeletionBlockers) -> Part[DeletionBlockers]:
    """What would be lost by a deletion; empty while billing is away."""
    asked = ask_later(question)
    return part_if_known(asked)
