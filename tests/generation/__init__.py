"""Tests of scripts/generation, against a real server on this machine."""
