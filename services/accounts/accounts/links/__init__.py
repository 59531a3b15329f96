"""Links between resellers and partners: found, asked for, made and ended."""
