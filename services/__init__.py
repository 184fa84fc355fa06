"""The four deployables of Plenary; each folder is one service and knows no other."""
