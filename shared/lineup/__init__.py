"""What services must agree on: what two services must agree on to talk."""
