"""`python -m benchmarks`: measure the hot paths, print one JSON object a line, fail if a target is missed."""

import sys

from benchmarks.run import main

sys.exit(main(sys.argv[1:]))
