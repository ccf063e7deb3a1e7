"""A site's application carries nothing of Kapsel's but the middleware."""

import subprocess
import sys

SCRIPT = """
import sys
before = set(sys.modules)
import widget.enforce
known = {*sys.stdlib_module_names, 'widget'}
print(*sorted({name.split('.')[0] for name in set(sys.modules) - before} - known))
"""


def test_the_middleware_needs_two_libraries():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)

    assert done.stderr == ""
    found = {name.lstrip("_") for name in done.stdout.split()}
    assert found - {"typing_extensions"} == {"brotli", "msgspec"}  # msgspec takes it if it is there
