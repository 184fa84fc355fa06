"""What was released of an event stays readable for ever."""
