"""The script that tells where a page leads, without what links say that they do."""

import json

from scanner.collectors.page_script import page_script
from scanner.crawl.frontier import deeds

#: A function without arguments.
LINKS = f"() => ({page_script('links')})({json.dumps(deeds())})"
