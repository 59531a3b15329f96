"""Partners, resellers and dealers, each made together with its login."""
