"""What can be entered about users."""

from wtforms.validators import InputRequired, Length

from gateway.panel.forms import LineupForm, line_field

NAME_LENGTH = 100


class NameForm(LineupForm):
    """A user's name: free text."""

    name = line_field("Name", InputRequired(), Length(max=NAME_LENGTH))
