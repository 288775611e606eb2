"""`python -m storefront.cli` is `quorum`."""

from storefront.cli.main import run

run()
