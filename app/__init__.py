"""The web process: a Dialogflow webhook that answers as a persona.

Read in this order: server.py (routes and wiring), fulfillment.py (one turn, top to bottom), core/ (the pure
rules), then one room at a time: channels/, models/, sessions/, safety/, personas/. Importing this package does nothing.
"""
