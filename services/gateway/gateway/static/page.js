"use strict";

// What pages do beyond links and forms. Everything works without it, if less quickly.
{
  const COPIED_MS = 1500;
  const trouble = document.getElementById("trouble");
  const dialog = document.getElementById("dialog");

  // Copying needs scripts, so its buttons show only where they run.
  const showCopyButtons = (root) => {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.title;
    button.classList.add("copied");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      button.classList.remove("copied");
      button.setAttribute("aria-label", before);
    }, COPIED_MS);
  };

  // A link to a page that asks opens its form here; what refuses, answers as that page.
  const ask = async (link) => {
    const answer = await fetch(link.href, { headers: { "X-Dialog": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = page.getElementById("confirm");
    if (!form) {
      location.assign(link.href);
      return;
    }
    document.getElementById("dialog-body").replaceChildren(form);
    dialog.showModal();
  };

  const say = (words) => {
    trouble.textContent = words;
    trouble.classList.add("shown");
  };

  // What stands behind # in a link never reaches a server: pages read it themselves.
  for (const field of document.querySelectorAll("[data-fragment]")) {
    if (location.hash.length < 2) continue;
    field.value = location.hash.slice(1);
    field.closest(".field").hidden = true;
    history.replaceState(null, "", location.pathname);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-copy], [data-dialog], [data-dismiss]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!target || !isPlain) return;
    if (target.matches("[data-copy]")) copy(target);
    if (target.matches("[data-dialog]")) {
      event.preventDefault();
      ask(target).catch(() => location.assign(target.href));
    }
    if (target.matches("[data-dismiss]") && dialog?.open) {
      event.preventDefault();
      dialog.close();
    }
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select, [contenteditable]");
    const wanted = isTyping ? null : document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (wanted) {
      event.preventDefault();
      wanted.focus();
    }
  });

  // An address says only what was asked for.
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, verb } = event.detail;
    if (verb !== "get") return;
    for (const [name, value] of Object.entries(parameters)) {
      if (value === "") delete parameters[name];
    }
  });
  document.addEventListener("htmx:beforeRequest", () => trouble.classList.remove("shown"));
  document.addEventListener("htmx:responseError", () =>
    say("This section could not be loaded. Reload the page in a moment."));
  document.addEventListener("htmx:sendError", () => say("The server cannot be reached."));
  document.addEventListener("htmx:afterSwap", (event) => showCopyButtons(event.target.parentNode));

  document.addEventListener("DOMContentLoaded", () => {
    showCopyButtons(document);
    document.querySelector("[aria-invalid=true]")?.focus();
  });
}
