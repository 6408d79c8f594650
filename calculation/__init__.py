"""The arithmetic of payments: exact, pure Python, no framework and no tables."""
