"""Imported first by what becomes a process: keeps out what nothing uses in there.

structlog imports rich for tracebacks that we do not print, where it happens to be
installed beside: 8 MB of memory and a twentieth of the start.
"""

import sys

sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
