"""The parameters of reports, kept in the address."""
