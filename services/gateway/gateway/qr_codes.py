"""QR codes, drawn here: no address is asked for a picture of a secret."""

import segno

MODULE_PIXELS = 4


def qr_of(text: str) -> str:
    """A text as a picture for a camera, in a data address of SVG."""
    code = segno.make(text, error="m", micro=False)
    uri: str = code.svg_data_uri(scale=MODULE_PIXELS, border=4, light="#fff")
    return uri
