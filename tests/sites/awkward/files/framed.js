document.cookie = "frame_script=1; path=/; secure; samesite=none; max-age=600";
localStorage.setItem("frame_item", "1");
