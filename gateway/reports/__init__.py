"""What the records add up to over days, as key figures and charts."""
