// Before the first paint: the reader's choice of theme, and that scripts run at all.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("didimdol-theme");
    if (!root.dataset.theme && (chosen === "dark" || chosen === "light")) root.dataset.theme = chosen;
  } catch {
    // Storage may be closed to us; the system's preference then decides.
  }
})();
