"""Measuring the safety screens on labelled texts."""
