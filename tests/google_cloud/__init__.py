"""Dialogflow's own API on this machine: gRPC services with state, for Google's real client library to talk to."""
