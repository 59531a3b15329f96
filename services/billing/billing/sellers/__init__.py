"""How resellers and dealers pay for what they sell."""
