"""What gunicorn serves: the public addresses first, every other path to the pages."""

import os

from gateway import start
from gateway.public.settings import PublicSettings
from gateway.public.start import public_layer
from gateway.uploads import longest_for
from lineup.settings import read

pages = start.pages()
application = public_layer(read(PublicSettings, os.environ), pages, longest_for(pages))
