return late()
