// Runs before the first paint, so that a dark panel never flashes white.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("sales-machine.theme");
  } catch (_) {
    chosen = null;
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
