"""How a partner's mail leaves: its own server and sender, or the installation's."""
