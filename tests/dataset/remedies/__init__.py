"""Rules, plans and outcomes."""
