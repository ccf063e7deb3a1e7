"""What a visit leaves behind: requests, writes by scripts, the jar, storage; and their folding."""
