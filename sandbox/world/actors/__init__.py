"""Those who act in a world, a module each: a function takes the world, draws from a stream of its own, writes what its
counterpart writes, and tells the model.
"""
