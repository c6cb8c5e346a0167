// Runs before the first paint, so that a dark panel never flashes white.
(function () {
  var chosen = localStorage.getItem("sales-machine.theme");
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
