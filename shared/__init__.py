"""The plumbing all services stand on; outside `contracts` it knows no conference noun."""
