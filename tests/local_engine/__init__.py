"""Tests of the local engine, mirroring scripts/local_engine."""
