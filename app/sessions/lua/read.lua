return session()
