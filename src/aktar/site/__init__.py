"""Floor 9: settings, urls, wsgi, the command line, the table of errors; imports everything."""
