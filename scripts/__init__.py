"""What is run by hand: start, test, datasets, fine-tuning, agents. May import app.core; app never imports from here."""
