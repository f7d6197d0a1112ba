"""Where mediation meets delivery: messages become records, and records run through flows again."""
