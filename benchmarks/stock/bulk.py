"""Measures stock on the empty database of DATABASE_URL; Django has to be set up before ours is imported."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from benchmarks.stock.measuring import main

    sys.exit(main())
