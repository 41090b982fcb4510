"""Pages that build a season: what is asked, how it is judged, who takes part, and its opening."""
