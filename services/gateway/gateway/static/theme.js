"use strict";

// The theme before the first paint: what was chosen, else what the machine has.
{
  const root = document.documentElement;
  const machine = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1] ?? "";
  const apply = () => {
    root.dataset.bsTheme = chosen() || (machine.matches ? "dark" : "light");
    root.dispatchEvent(new CustomEvent("theme"));
  };
  const choose = (theme) => {
    const age = theme ? 31536000 : 0;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
    apply();
  };

  apply();
  machine.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
}
