"""Entering a new password."""

from wtforms.validators import EqualTo

from gateway.panel.entries import password_field
from gateway.panel.forms import LineupForm


class NewPasswordFields(LineupForm):
    """A new password, twice."""

    new_password = password_field("", "New password", is_required=True)
    again = password_field(
        "",
        "Repeat new password",
        "new-password",
        EqualTo("new_password", "The passwords do not match."),
        is_required=True,
    )
