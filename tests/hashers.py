"""Password hashing at no cost: what is being tested is never how hard a password is to guess."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own scheme in one round, so that a real server process can check what a test has set."""

    iterations = 1
