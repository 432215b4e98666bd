"""What can be wrong with a training file: one function a check. `registry` finds them, `dataset.checking` runs them."""
