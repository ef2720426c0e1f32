"""How released rows become files people use. Reads `exports` relations (and the quality tables it copies); knows no other room."""
