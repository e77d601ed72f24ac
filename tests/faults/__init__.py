"""The store under faults: killed, out of room, its disk failing, its bits flipped."""
