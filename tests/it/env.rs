//! `Env`: a directory and a scrubbed environment to run the program in.

use std::process::{Command, Output, Stdio};

/// Runs the program; everything it sees is what a test put there.
pub(crate) struct Env {
    dir: tempfile::TempDir,
    vars: Vec<(String, String)>,
}

impl Env {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), vars: Vec::new() }
    }

    /// Puts a file into the directory, or into one below it.
    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Puts a recorded `tools/list` result into the directory.
    pub(crate) fn recorded(self, name: &str, tools: &serde_json::Value) -> Self {
        self.file(name, &serde_json::json!({ "tools": tools }).to_string())
    }

    /// Sets a variable.
    pub(crate) fn var(mut self, key: &str, value: &str) -> Self {
        self.vars.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The directory.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// What a file of the directory holds, if it is there.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.dir.path().join(name)).ok()
    }

    /// The names of the directory's files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs the program in the directory.
    pub(crate) fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toolgrade"));
        command.args(args).current_dir(self.dir.path()).env_clear().envs(self.vars.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Runs the program in the directory while nobody may make, remove or rename a file in it; not even root, who is no
    /// longer root then. Files that anyone may write stay writable.
    #[cfg(unix)]
    pub(crate) fn output_read_only(&self, args: &[&str]) -> Output {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        use std::os::unix::process::CommandExt as _;
        const NOBODY: u32 = 65534;
        let directory = self.dir.path();
        let allow = |mode| std::fs::set_permissions(directory, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = self.command(args);
        if directory.metadata().unwrap().uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        allow(0o555);
        let output = command.output();
        allow(0o755);
        output.unwrap()
    }

    /// Runs the program and gives exit status, standard output and standard error as one text, the directory as `@@DIR@@` and
    /// the version as `@@VERSION@@`.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        self.text(&self.output(args))
    }

    /// As [`Env::run`], with a text on standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> String {
        use std::io::Write as _;
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        self.text(&child.wait_with_output().unwrap())
    }

    fn text(&self, output: &Output) -> String {
        let section = |name: &str, bytes: &[u8]| match String::from_utf8(bytes.to_vec()).unwrap() {
            text if text.is_empty() => String::new(),
            text => format!("--- {name}\n{text}"),
        };
        let status = output.status.code().map_or("none".to_owned(), |code| code.to_string());
        let text = format!("exit {status}\n{}{}", section("stdout", &output.stdout), section("stderr", &output.stderr));
        text.replace(&*self.dir.path().to_string_lossy(), "@@DIR@@").replace(env!("CARGO_PKG_VERSION"), "@@VERSION@@")
    }
}
