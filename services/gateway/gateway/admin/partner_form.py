"""Forms whose subject belongs to a partner."""

from typing import Any
from uuid import UUID

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from gateway.admin import choices
from gateway.asking import actor
from gateway.panel.forms import LineupForm
from gateway.panel.people import id_of
from lineup.context import Role


class OfPartner(LineupForm):
    """A form whose subject belongs to a partner: the operator says to which."""

    partner_id = SelectField("Partner", [Optional()])

    def __init__(self, *args: Any, **options: Any) -> None:
        partners = choices.partners()
        super().__init__(*args, **options)
        if actor().role is Role.OPERATOR:
            self.partner_id.choices = [SelectChoice(*one) for one in partners()]
        else:
            del self.partner_id

    def partner(self) -> UUID | None:
        """The partner chosen by the operator; None for everybody else."""
        return id_of(self._fields.get("partner_id"))
