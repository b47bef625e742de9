// The policy builder on a server's page: one choice a tool, the document in any format below it. It starts from the recommended policy.
// It knows no format: it puts together what toolgrade has written for each tool and choice.
"use strict";
(() => {
  const place = document.getElementById("builder");
  if (!place || location.protocol === "file:") return;
  const CHOICES = ["recommended", "allow", "limit", "deny", "hide", "custom"];

  const element = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };

  // As toolgrade writes JSON: what hides or turns text is spelled out.
  const written = (value) =>
    JSON.stringify(value, null, 2).replace(/[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu, (character) =>
      character === "\n" ? character : [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""));

  const loaded = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  };

  const start = async () => {
    // What holds for every server, and what for this one.
    const [shared, own] = await Promise.all([place.dataset.shared, place.dataset.own].map(loaded));
    const { formats } = shared;
    const lines = own.tools.map(([name, kind, shape]) =>
      shape === null ? line(name, kind, shared.shapes[kind], shared.added) : line(name, kind, own.shapes[shape], own.added));
    const keyed = (text, at) => text.replaceAll("\u0004", () => own.keys[at]);
    const result = element("pre", { className: "result", tabIndex: 0 });
    const wrong = element("p", { className: "wrong" });
    wrong.setAttribute("role", "alert");
    const format = element("select", { id: "builder-format" }, ...formats.map(({ name }, at) => new Option(name, at)));

    // What a tool adds to the lists of a format: [list, line, what stands behind the comma].
    const added = (entry, at) => {
      const choices = entry.shape[at];
      if (!choices || own.keys[at] === null) return [];
      const choice = entry.choice.value;
      if (choice === "custom" && at === 0) {
        const rules = JSON.parse(entry.custom.value);
        return [[1, `    ${written(entry.name)}: ${written(rules).replaceAll("\n", "\n    ")}`, "\n"]];
      }
      // Rules of one's own are policy.json's: elsewhere the tool is refused.
      const known = entry.added[choices[CHOICES.indexOf(choice === "custom" ? "deny" : choice)]];
      const most = String(Math.max(1, Math.trunc(Number(entry.max.value)) || 1));
      const filled = (text) => keyed(text, at).replaceAll("\u0001", most).replaceAll("\u0002", entry.window.value).replaceAll("\u0003", entry.name);
      return known.map(([list, text, tail]) => [list, filled(text), filled(tail)]);
    };

    const build = () => {
      const at = Number(format.value);
      const { name } = formats[at];
      const pieces = own.pieces[at] ?? formats[at].pieces;
      const confused = own.confused.includes(at);
      const lists = pieces.filter((piece) => typeof piece !== "string").map(() => []);
      const broken = [];
      if (confused) broken.push(`${name} has one name for two of these tools: write it with \`toolgrade policy\``);
      for (const entry of confused ? [] : lines) {
        try {
          for (const [list, text, tail] of added(entry, at)) lists[list].push([text, tail]);
        } catch (error) {
          broken.push(`${entry.name}: ${error.message}`);
        }
      }
      if (at > 0 && lines.some((entry) => entry.choice.value === "custom")) broken.push("What is custom stands in policy.json only; here it is refused.");
      let next = 0;
      const document = pieces.map((piece) => {
        if (typeof piece === "string") return keyed(piece, at);
        const list = lists[next++];
        if (list.length === 0) return piece.empty;
        return piece.open + list.map(([text, tail], number) => text + (number + 1 < list.length ? piece.comma : "") + tail).join("") + piece.close;
      });
      wrong.textContent = broken.join("; ");
      result.textContent = confused ? "" : document.join("");
      save.textContent = `Download ${formats[at].file}`;
    };

    const all = element("select", {}, ...["", ...CHOICES.slice(0, -1)].map((name) => new Option(name || "…", name)));
    all.addEventListener("change", () => {
      for (const { choice } of lines) if (all.value) choice.value = all.value;
      for (const entry of lines) entry.show();
      build();
    });
    const save = element("button", { type: "button" });
    save.addEventListener("click", () => {
      const link = element("a", { download: formats[Number(format.value)].file, href: `data:application/octet-stream,${encodeURIComponent(result.textContent)}` });
      link.click();
    });
    const copy = element("button", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(result.textContent);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 1500);
    });
    const table = element("table", { className: "list" }, element("thead", {}, element("tr", {}, ...["Tool", "Class", "What may happen"].map((text) => element("th", { scope: "col", textContent: text })))), element("tbody", {}, ...lines.map((entry) => entry.row)));
    place.addEventListener("change", build);
    place.addEventListener("input", build);
    opened.append(
      element("p", { className: "field-row" }, element("label", {}, "All tools: ", all)), table,
      element("p", { className: "field-row" }, element("label", {}, "Format: ", format), " ", save, " ", copy), wrong, result,
    );
    build();
  };

  const line = (name, kind, shape, added) => {
    const choice = element("select", { ariaLabel: `What may happen with ${name}` }, ...CHOICES.map((value) => new Option(value, value)));
    const max = element("input", { type: "number", min: "1", value: "10", ariaLabel: `Most calls of ${name}`, hidden: true });
    const window = element("select", { ariaLabel: `In which time for ${name}`, hidden: true }, ...["minute", "hour", "day"].map((value) => new Option(`a ${value}`, value)));
    const custom = element("textarea", { rows: 4, value: "{}", ariaLabel: `Rules of ${name}`, hidden: true });
    const show = () => {
      max.hidden = window.hidden = choice.value !== "limit";
      custom.hidden = choice.value !== "custom";
    };
    choice.addEventListener("change", show);
    const badge = element("span", { className: `badge c-${kind.toLowerCase()}`, textContent: kind });
    const row = element("tr", {}, element("th", { scope: "row" }, element("code", { textContent: name })), element("td", {}, badge), element("td", {}, choice, " ", max, " ", window, custom));
    return { name, shape, added, choice, max, window, custom, show, row };
  };

  // What it takes is loaded when somebody opens it.
  const opened = element("details", {}, element("summary", { textContent: "Build your own, in any format" }));
  place.append(opened);
  opened.addEventListener("toggle", () => start().catch((error) => opened.append(element("p", { className: "wrong", textContent: `The builder cannot start: ${error.message}` }))), { once: true });
})();
