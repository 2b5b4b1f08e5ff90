"""Runs disttrain and its PyTorch twins in turns and judges the ratios. Needs Python's own library alone."""
