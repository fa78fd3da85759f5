"""linkwatch watches backlinks: what it says about a link is true, and it can show the evidence."""
