// The search: asks for the small files that hold the words of the question, and sorts what they say.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const CLASSES = ["Read", "Write", "Execute", "Destructive", "Financial"];
  const SEVERITIES = ["Low", "Medium", "High", "Critical"];
  const SHOWN = 50;
  // How many files of one word are read before it is called too frequent.
  const DEEP = 6;
  const files = new Map();
  let index;
  let asked = 0;

  const get = async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };

  // A file as [word, rows] pairs, in its order.
  const load = (number) => {
    if (!files.has(number)) {
      const parse = (text) => {
        const groups = [];
        for (const line of text.split("\n")) {
          if (line.startsWith("=")) groups.push([line.slice(1), []]);
          else if (line) groups.at(-1)[1].push(row(line));
        }
        return groups;
      };
      files.set(number, get(`search/${number}.txt`).then((answer) => answer.text()).then(parse));
    }
    return files.get(number);
  };

  const row = (line) => {
    const [name, server, directory, page, kind, signals] = line.split("\t");
    return { name, server, path: index.together && page !== "index" ? `servers/${directory}/index.html#tool-${page}` : `servers/${directory}/${page}.html`, kind: Number(kind), signals, isServer: server === "" };
  };

  const words = (text) => text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

  // The files a word or the start of one stands in: from the last that begins before it to the last that begins with it.
  const places = (word) => {
    let low = 0;
    let high = index.files.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (index.files[middle] < word) low = middle + 1;
      else high = middle;
    }
    let last = low - 1;
    while (last + 1 < index.files.length && index.files[last + 1].startsWith(word)) last += 1;
    return { first: Math.max(0, low - 1), last: Math.max(0, last), size: last - low };
  };

  const find = async (query) => {
    const wanted = words(query);
    if (wanted.length === 0) return [];
    const spans = wanted.map((word) => ({ word: word.slice(0, 24), ...places(word.slice(0, 24)) }));
    const found = new Map();
    const read = async (span) => {
      const numbers = [];
      for (let number = span.first; number <= span.last && numbers.length < DEEP; number += 1) numbers.push(number);
      for (const groups of await Promise.all(numbers.map(load))) {
        for (const [word, rows] of groups) {
          if (!word.startsWith(span.word)) continue;
          for (const [at, entry] of rows.entries()) {
            const rank = score(entry, wanted, query, span.word, word === span.word, at);
            const known = found.get(entry.path);
            if (rank !== null && (known === undefined || known.rank < rank)) found.set(entry.path, { ...entry, rank });
          }
        }
      }
    };
    await Promise.all(spans.map(read));
    return [...found.values()].sort((a, b) => b.rank - a.rank || a.name.length - b.name.length || (a.path < b.path ? -1 : 1));
  };

  // How well an entry answers, or null when a word of the question is not in its name or server.
  const score = (entry, wanted, query, by, exact, at) => {
    const named = words(entry.name);
    const served = words(entry.server);
    let rank = 0;
    for (const word of wanted) {
      if (named.includes(word)) rank += 20;
      else if (named.some((other) => other.startsWith(word))) rank += 12;
      else if (served.some((other) => other.startsWith(word))) rank += 6;
      // A word of the description: the file says so of the one it was asked for, and of no other.
      else if (word.slice(0, 24) === by) rank -= 10;
      else return null;
    }
    const plain = (text) => words(text).join("");
    if (entry.name === query.trim()) rank += 200;
    else if (plain(entry.name) === plain(query)) rank += 100;
    if (exact) rank += 5;
    if (entry.isServer) rank += 8;
    return rank - named.length - Math.min(at, 1000) / 1000;
  };

  const fits = (entry) => {
    const [kind, severity, signal] = ["class", "severity", "signal"].map((id) => $(id).value);
    if (kind !== "" && (entry.isServer || entry.kind !== Number(kind))) return false;
    if (severity !== "" && (entry.isServer || Math.min(entry.kind, 3) !== Number(severity))) return false;
    return signal === "" || (entry.signals ?? "").includes(signal);
  };

  const show = (entries) => {
    const element = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name ?? "" });
    const item = (entry) => {
      const li = element("li", "", `c-${CLASSES[entry.kind].toLowerCase()}`);
      const link = element("a", "");
      link.href = entry.path;
      link.append(element(entry.isServer ? "b" : "code", entry.name));
      const badge = element("span", entry.isServer ? "Server" : CLASSES[entry.kind], entry.isServer ? "badge plain" : `badge c-${CLASSES[entry.kind].toLowerCase()}`);
      li.append(badge, " ", link, " ", element("small", entry.isServer ? "" : entry.server));
      return li;
    };
    $("found").replaceChildren(...entries.slice(0, SHOWN).map(item));
  };

  const ask = async () => {
    const mine = ++asked;
    const query = $("query").value;
    const address = new URL(location.href);
    address.search = query ? `?q=${encodeURIComponent(query)}` : "";
    history.replaceState(null, "", address);
    try {
      index ??= await get("search/index.json").then((answer) => answer.json());
      fill();
      const entries = (await find(query)).filter(fits);
      if (mine !== asked) return;
      show(entries);
      const count = entries.length > SHOWN ? `${SHOWN} of ${entries.length.toLocaleString("en")}` : entries.length;
      $("state").textContent = words(query).length === 0 ? "" : entries.length === 0 ? "Nothing found. A shorter word finds more." : `${count} found`;
    } catch (error) {
      if (mine === asked) $("state").textContent = location.protocol === "file:" ? "Search needs a web server: `toolgrade site --serve` is one." : `The index cannot be read (${error.message}).`;
    }
  };

  const fill = () => {
    if ($("signal").options.length > 1) return;
    index.signals.forEach(([, title], number) => $("signal").add(new Option(title, String.fromCharCode(65 + number))));
  };

  let pause;
  $("query").addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, 60);
  });
  for (const id of ["class", "severity", "signal"]) $(id).addEventListener("change", ask);
  $("search").addEventListener("keydown", (event) => {
    const links = [...$("found").querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === $("query") && links.length > 0) links[0].click();
    else if (event.key === "ArrowDown" && links.length > 0) links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "ArrowUp" && at >= 0) (at === 0 ? $("query") : links[at - 1]).focus();
    else if (event.key === "Escape") $("query").focus();
    else return;
    event.preventDefault();
  });
  $("search").hidden = false;
  $("query").value = new URLSearchParams(location.search).get("q") ?? "";
  $("query").focus();
  ask();
})();
