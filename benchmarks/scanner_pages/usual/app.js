// The shop's own work: it runs its parts, fills the page, and keeps what a shop keeps.
var told = parts.filter(Boolean).map(function (part) { return part({ flags: { deep: true } }); });
sessionStorage.setItem("seen", JSON.stringify(told.slice(0, 5)));
document.cookie = "basket=" + told.length + "; path=/; max-age=86400; SameSite=Lax; Secure";
document.querySelectorAll("#goods > li").forEach(function (item, index) {
  var line = document.createElement("p");
  line.className = "name";
  line.textContent = told[index % told.length].title + ", " + told[index % told.length].sum;
  item.appendChild(line);
});
document.getElementById("sum").textContent = told.reduce(function (sum, part) { return sum + part.sum; }, 0);
cookieStore.set("modern", "1");
addEventListener("load", function () {
  setTimeout(function () {
    fetch("/api/visit").then(function (answer) { return answer.json(); }).then(function (visit) {
      localStorage.setItem("visit", visit.id);
    });
  }, 300);
  setTimeout(function () { document.cookie = "late=1; path=/; max-age=600"; }, 1500);
});
