"""How released rows become files people use, and the record of who got what."""
