"""Promises of the OpenAPI document: what it says is what is answered."""
