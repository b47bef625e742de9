// The policy builder on a server's page: one choice a tool, the document below. It starts from the recommended policy.
"use strict";
(() => {
  const place = document.getElementById("builder");
  if (!place || location.protocol === "file:") return;
  const CHOICES = ["recommended", "allow", "limit", "ask", "deny", "hide", "custom"];
  const REFUSED = { ask: "Requires human approval.", deny: "Refused by choice." };

  const element = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };

  // As toolgrade writes JSON: what hides or turns text is spelled out.
  const written = (value) =>
    JSON.stringify(value, null, 2).replace(/[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu, (character) =>
      character === "\n" ? character : [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""));

  const start = async () => {
    const [server, recommended] = await Promise.all([place.dataset.server, place.dataset.policy].map(async (path) => {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    }));
    const classes = new Map();
    const order = ["Read", "Write", "Execute", "Destructive", "Financial"];
    for (const tool of server.tools) {
      const known = classes.get(tool.name);
      if (known === undefined || order.indexOf(known) < order.indexOf(tool.class)) classes.set(tool.name, tool.class);
    }
    // `*` would mean every tool, so it has no line of its own.
    classes.delete("*");
    const lines = [...classes].map(([name, kind]) => line(name, kind));
    const result = element("pre", { className: "result", tabIndex: 0 });
    const wrong = element("p", { className: "wrong" });
    wrong.setAttribute("role", "alert");

    const rules = (name, { choice, max, window, custom }) => {
      switch (choice.value) {
        case "recommended":
          return recommended.hide?.includes(name) ? "hide" : recommended.tools?.[name];
        case "allow":
          return {};
        case "limit":
          return { limits: [{ counter: `${name}_per_${window.value}`, window: window.value, max: Math.max(0, Math.trunc(Number(max.value))), scope: "grant" }] };
        case "hide":
          return "hide";
        case "custom":
          return JSON.parse(custom.value);
        default:
          return { deny_if: [{ conditions: [], on_deny: REFUSED[choice.value] }] };
      }
    };

    const build = () => {
      const policy = { version: "1", default: "deny" };
      const hide = [];
      const tools = [];
      const broken = [];
      for (const entry of lines) {
        try {
          const found = rules(entry.name, entry);
          if (found === "hide") hide.push(entry.name);
          else if (found !== undefined) tools.push([entry.name, found]);
        } catch (error) {
          broken.push(`${entry.name}: ${error.message}`);
        }
      }
      if (hide.length > 0) policy.hide = hide;
      // Object.fromEntries would move names that look like numbers; a map of text keeps the order of the tools.
      if (tools.length > 0) policy.tools = Object.fromEntries(tools);
      wrong.textContent = broken.join("; ");
      result.textContent = `${written(policy)}\n`;
      result.dataset.ready = String(broken.length === 0);
    };

    const all = element("select", {}, ...["", ...CHOICES.slice(0, -1)].map((name) => new Option(name || "…", name)));
    all.addEventListener("change", () => {
      for (const { choice } of lines) if (all.value) choice.value = all.value;
      for (const entry of lines) entry.show();
      build();
    });
    const save = element("button", { type: "button", textContent: "Download policy.json" });
    save.addEventListener("click", () => {
      const link = element("a", { download: "policy.json", href: `data:application/json,${encodeURIComponent(result.textContent)}` });
      link.click();
    });
    const copy = element("button", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(result.textContent);
      copy.textContent = "Copied";
    });
    const table = element("table", { className: "list" }, element("thead", {}, element("tr", {}, ...["Tool", "Class", "What may happen"].map((text) => element("th", { scope: "col", textContent: text })))), element("tbody", {}, ...lines.map((entry) => entry.row)));
    place.addEventListener("change", build);
    place.addEventListener("input", build);
    place.append(
      element("details", {}, element("summary", { textContent: "Build your own" }), element("p", { className: "field-row" }, element("label", {}, "All tools: ", all)), table, wrong, element("p", {}, save, " ", copy), result),
    );
    build();
  };

  const line = (name, kind) => {
    const choice = element("select", { ariaLabel: `What may happen with ${name}` }, ...CHOICES.map((value) => new Option(value, value)));
    const max = element("input", { type: "number", min: "0", value: "10", ariaLabel: `Most calls of ${name}`, hidden: true });
    const window = element("select", { ariaLabel: `In which time for ${name}`, hidden: true }, ...["minute", "hour", "day"].map((value) => new Option(`a ${value}`, value)));
    const custom = element("textarea", { rows: 4, value: "{}", ariaLabel: `Rules of ${name}`, hidden: true });
    const show = () => {
      max.hidden = window.hidden = choice.value !== "limit";
      custom.hidden = choice.value !== "custom";
    };
    choice.addEventListener("change", show);
    const badge = element("span", { className: `badge c-${kind.toLowerCase()}`, textContent: kind });
    const row = element("tr", {}, element("th", { scope: "row" }, element("code", { textContent: name })), element("td", {}, badge), element("td", {}, choice, " ", max, " ", window, custom));
    return { name, choice, max, window, custom, show, row };
  };

  start().catch((error) => place.append(element("p", { className: "wrong", textContent: `The builder cannot start: ${error.message}` })));
})();
