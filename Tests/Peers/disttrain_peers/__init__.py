"""PyTorch's side of the agreement tests: the tutorial's networks, traces, replay, distances."""
