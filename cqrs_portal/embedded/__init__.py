"""A private PostgreSQL and Valkey from PyPI wheels, on unix sockets only; standard library alone."""
