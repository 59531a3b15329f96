"""The ground: what two services must agree on to talk."""
