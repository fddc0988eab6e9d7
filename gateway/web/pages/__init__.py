"""Pages as HTML: which there are, their templates, their texts in both languages, moments and verdicts in words."""
