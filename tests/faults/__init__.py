"""Everything that can break around a turn, broken."""
