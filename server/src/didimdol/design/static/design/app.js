// Small comforts. Every page works without them. Nothing here evaluates text or writes inline style.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const nameToggles = () =>
    all("[data-theme-toggle]").forEach((button) =>
      button.setAttribute("aria-label", isDark() ? button.dataset.light : button.dataset.dark),
    );
  nameToggles();

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;

    if (event.target.closest("[data-theme-toggle]")) {
      root.dataset.theme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("didimdol-theme", root.dataset.theme);
      } catch {
        // The choice then holds for this page only.
      }
      nameToggles();
    }

    // Dialogs: a link that also works as a link
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog instanceof HTMLDialogElement) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop

    // Copy
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => {
        if (copy.dataset.busy) return;
        copy.dataset.busy = "1";
        const before = [...copy.childNodes];
        copy.replaceChildren(copy.dataset.done);
        setTimeout(() => {
          copy.replaceChildren(...before);
          delete copy.dataset.busy;
        }, 1600);
      });
    }

    // Menus close when something else is clicked
    all("details[data-menu][open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // One submission a click: a second press waits for the first answer
  const release = (form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeat")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 10000); // an answer that is a download leaves the page standing
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element && event.target.closest("form");
    if (form) release(form);
  });

  // htmx: the token of whichever form is on the page
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });

  // Countdown: the server's clock decides; ours only measures how much of it has passed
  const started = performance.now();
  const tick = () => {
    all("[data-countdown]").forEach((element) => {
      const data = element.dataset;
      const left = Math.floor((+data.countdown - +data.now - (performance.now() - started)) / 1000);
      const [d, h, m, s] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
      const pattern = left <= 0 ? data.over : d ? (d === 1 ? data.day : data.days) : h ? data.hours : data.minutes;
      const text = pattern.replace("{d}", d).replace("{h}", h).replace("{m}", m).replace("{s}", s);
      if (element.textContent !== text) element.textContent = text;
    });
  };
  if (document.querySelector("[data-countdown]")) setInterval(tick, 1000);

  // Tabs within a page: sections with headings become tabs; without script they stand one under another
  const makeTabs = (group) => {
    if (group.dataset.ready) return;
    group.dataset.ready = "1";
    const panels = [...group.children].filter((child) => child.matches("section"));
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    if (group.getAttribute("aria-label")) list.setAttribute("aria-label", group.getAttribute("aria-label"));
    const tabs = panels.map((panel, i) => {
      const tab = document.createElement("button");
      const title = panel.querySelector("h2,h3,h4");
      panel.id ||= `${group.id || "tabs"}-${i}`;
      tab.id = `${panel.id}-tab`;
      tab.type = "button";
      tab.textContent = title ? title.textContent : String(i + 1);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      list.append(tab);
      return tab;
    });
    const show = (chosen, focus) => {
      tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", String(i === chosen));
        tab.tabIndex = i === chosen ? 0 : -1;
        panels[i].hidden = i !== chosen;
      });
      if (focus) tabs[chosen].focus();
    };
    list.addEventListener("click", (event) => {
      const i = tabs.indexOf(event.target.closest("[role=tab]"));
      if (i >= 0) show(i);
    });
    list.addEventListener("keydown", (event) => {
      const i = tabs.indexOf(document.activeElement);
      const next = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (i < 0 || next === undefined) return;
      event.preventDefault();
      show((next + tabs.length) % tabs.length, true);
    });
    group.prepend(list);
    const linked = panels.findIndex((panel) => panel.id && `#${panel.id}` === location.hash);
    show(Math.max(0, linked));
  };

  // Autosave of drafts: the form says where, the answer carries the next row version
  const autosave = (form) => {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const status = form.querySelector("[data-save-status]");
    const say = (text) => status && (status.textContent = text);
    let timer = 0;
    let running = false;
    let again = false;
    let stopped = false;
    const save = async () => {
      if (stopped || form.dataset.sent) return;
      if (running) {
        again = true;
        return;
      }
      running = true;
      say(status?.dataset.saving);
      try {
        const body = new FormData(form);
        all("input[type=file]", form).forEach((input) => body.delete(input.name));
        const answer = await fetch(form.dataset.autosave, {
          method: "POST",
          body,
          headers: { Accept: "application/json" },
          credentials: "same-origin",
        });
        if (answer.status === 409) {
          stopped = true;
          say(status?.dataset.conflict);
        } else if (answer.status === 422) {
          say((await answer.json()).text || status?.dataset.failed);
        } else if (!answer.ok) {
          say(status?.dataset.failed);
        } else {
          const told = await answer.json();
          const version = form.elements.namedItem("version");
          if (version && told.version !== undefined) version.value = told.version;
          say(told.text || status?.dataset.saved);
        }
      } catch {
        say(status?.dataset.failed);
      }
      running = false;
      if (again) {
        again = false;
        save();
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1500);
    });
  };

  const prepare = (within) => {
    all("[data-tabs]", within).forEach(makeTabs);
    all("form[data-autosave]", within).forEach(autosave);
    within.querySelector("[data-focus]")?.focus();
    nameToggles();
  };
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target));
})();
