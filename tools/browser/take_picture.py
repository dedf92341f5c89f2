"""Takes a picture of the top of a page: take_picture.py CHROMIUM FILE.html FILE.png WIDTH HEIGHT."""

import pathlib
import sys

from chromium import Chromium

chromium, page, picture, width, height = sys.argv[1:]
with Chromium(chromium) as browser:
    browser.open(pathlib.Path(page).resolve().as_uri(), int(width), "light")
    browser.picture(picture, (0, 0, int(width), int(height)))
