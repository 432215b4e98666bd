"""What can be wrong with a training file: one function a check. `registry` finds them, `run` runs them."""
