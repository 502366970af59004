"""`python -m aktar`: the command line without the installed script."""

from aktar.site.cli import main

main()
