fetch("/api/arbeider");
