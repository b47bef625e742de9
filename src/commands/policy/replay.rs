//! `toolgrade policy test`

use super::{say_problems, text};
use crate::cli::ReplayArgs;
use crate::exit::Exit;
use crate::policy::read::read;
use crate::replay;
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write as _};

pub(super) fn run(args: &ReplayArgs) -> anyhow::Result<Exit> {
    if args.policy.as_os_str() == "-" && args.calls.as_os_str() == "-" {
        anyhow::bail!("standard input cannot be both the policy and the calls: give one of them as a file");
    }
    let text = text(&args.policy)?;
    let document = match read(&text) {
        Ok(document) => document,
        Err(problems) => return Ok(say_problems(args.policy.display(), &problems)),
    };
    let calls = args.calls.display();
    let mut input: Box<dyn BufRead> = if args.calls.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file =
            File::open(&args.calls).with_context(|| format!("cannot open `{calls}`: give a file of JSON Lines, or `-`"))?;
        Box::new(BufReader::new(file))
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let wrong =
        replay::replay(&document.policy, &mut *input, &mut out).with_context(|| format!("cannot go on with `{calls}`"))?;
    out.flush()?;
    Ok(if wrong == 0 { Exit::Done } else { Exit::Incomplete })
}
