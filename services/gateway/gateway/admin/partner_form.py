"""Forms whose subject belongs to a partner."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from gateway.admin import choices
from gateway.panel.entries import Checklist, entry
from gateway.panel.forms import LineupForm
from gateway.request_context import actor
from lineup.context import Role
from lineup.contracts.playlists.packages import PackageView


class OfPartner(LineupForm):
    """A form whose subject belongs to a partner: the operator says to which."""

    partner_id = entry("Partner", kind=SelectField)

    def __init__(self, *args: Any, **options: Any) -> None:
        partners = choices.partners()
        super().__init__(*args, **options)
        if actor().role is Role.OPERATOR:
            self.partner_id.choices = [SelectChoice(*one) for one in partners()]
        else:
            del self.partner_id


class PackagesOfPartner(OfPartner):
    """A form that puts something into packages, which must be its partner's own."""

    package_ids: Checklist

    def choose_from(
        self, packages: Sequence[PackageView], partner_names: Mapping[str, str] = {}
    ) -> None:
        """Let these packages be chosen, each with its partner where that is known."""
        self.owners = {str(one.id): str(one.partner_id) for one in packages}
        self.package_names = {
            str(one.id): choices.name_with_partner(one, partner_names)
            for one in packages
        }
        self.package_ids.choices = [
            SelectChoice(*one) for one in self.package_names.items()
        ]

    def validate_package_ids(self, field: Checklist) -> None:
        """ValidationError for packages of another partner than the one chosen."""
        chosen = self._fields.get("partner_id")
        others = [
            name
            for package, name in self.package_names.items()
            if chosen is not None
            and package in (field.data or [])
            and self.owners[package] != chosen.data
        ]
        if others:
            raise ValidationError(
                f"These belong to another partner: {', '.join(others)}."
            )
