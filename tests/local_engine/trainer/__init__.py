"""Tests of the trainer; those that train skip where torch is not installed."""
