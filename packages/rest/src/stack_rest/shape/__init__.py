"""What a type allows in JSON: which names an object has, and everything that is wrong with one."""
