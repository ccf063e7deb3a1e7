// Shows the beginning of the page again, as the visitor met it.
scrollTo({ top: 0, left: 0, behavior: "instant" });
