"""The two commands: from a clean clone to a running portal, and to a tested one."""
