"""What can be entered about users."""

from wtforms.validators import InputRequired, Length

from gateway.panel.forms import LineupForm, line

NAME_LENGTH = 100


class NameForm(LineupForm):
    """A user's name: free text."""

    name = line("Name", InputRequired(), Length(max=NAME_LENGTH))
