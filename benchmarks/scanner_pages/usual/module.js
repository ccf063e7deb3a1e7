parts[NUMBER] = (function () {
  "use strict";
  var defaults = { id: NUMBER, name: "part-NUMBER", steps: [3, 1, 2], flags: { quiet: true, deep: false } };
  function merged(one, other) {
    var whole = {};
    for (var key in one) whole[key] = one[key];
    for (key in other) {
      var value = other[key];
      whole[key] = value && typeof value === "object" && !Array.isArray(value) ? merged(one[key] || {}, value) : value;
    }
    return whole;
  }
  function ordered(list) {
    return list.slice().sort(function (a, b) { return a - b; }).map(function (n) { return n * NUMBER; });
  }
  function worded(text) {
    return text.replace(/[^a-z]+/gi, " ").trim().split(" ").map(function (word) {
      return word.charAt(0).toUpperCase() + word.slice(1);
    }).join(" ");
  }
  function never(event) {
    if (event.type === "error-NUMBER") { throw new Error("part NUMBER: " + JSON.stringify(event.detail)); }
    document.querySelectorAll(".list-NUMBER").forEach(function (node) { node.hidden = !node.hidden; });
  }
  addEventListener("part-NUMBER", never);
  return function (given) {
    var options = merged(defaults, given);
    return { id: options.id, title: worded(options.name), sum: ordered(options.steps).reduce(function (a, b) { return a + b; }, 0) };
  };
})();
