"""`python -m storefront.cli` is `quorum`."""

from storefront.cli.main import run

if __name__ == "__main__":
    run()
