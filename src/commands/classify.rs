//! `toolgrade classify`: JSON Lines of tools in, JSON Lines of verdicts out.

use crate::classify;
use crate::cli::ClassifyArgs;
use crate::exit::Exit;
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write as _};

pub(super) fn run(args: &ClassifyArgs) -> anyhow::Result<Exit> {
    let mut input: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let path = args.file.display();
        let file = File::open(&args.file).with_context(|| format!("cannot open `{path}`: give a file of JSON Lines, or `-`"))?;
        Box::new(BufReader::new(file))
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let wrong = classify::classify(&mut *input, &mut out, args.brief)
        .with_context(|| format!("cannot go on with `{}`", args.file.display()))?;
    out.flush()?;
    Ok(if wrong == 0 { Exit::Done } else { Exit::Incomplete })
}
