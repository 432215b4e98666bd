"""A dataset built by its command: what is chosen, what is written, what is said."""
