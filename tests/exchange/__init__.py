"""Tables in and out: files of every dialect, dry runs, repetitions, round trips."""
