"""How fast and how large: our way from tweets to training files beside the row-by-row loop of the articles."""
