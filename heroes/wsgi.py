"""For a WSGI server of your own: `heroes.wsgi:app`."""

import os

from heroes import config
from heroes.app import create_served_app

app = create_served_app(config.load(os.environ, serving=True))
