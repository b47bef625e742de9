//! A server's process: started with a scrubbed environment, ended with everything it started.

use super::{Problem, environment, stray, tail::Tail};
use crate::failure::Stage;
use crate::sandbox::find;
use crate::target::CommandTarget;
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How long a server may take to end by itself once its input is closed, and again once it is asked to terminate.
const GRACE: Duration = Duration::from_millis(150);

/// How long a killed process may take to be gone.
const LAST_GRACE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Process {
    child: Box<dyn ChildWrapper>,
    /// The group's id: the process's own, as its leader.
    group: Option<u32>,
    pub(super) stdin: Option<ChildStdin>,
    tail: Arc<Mutex<Tail>>,
    drain: JoinHandle<()>,
    mark: String,
}

/// A command whose process leads a group of its own, which ends with it: nothing that it starts is left behind.
pub(crate) fn contained(command: Command) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    command
}

impl Process {
    pub(super) fn spawn(target: &CommandTarget) -> Result<(Self, ChildStdout), Problem> {
        let mark = stray::mark();
        let (program, args) = start(target)?;
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(environment::scrubbed(std::env::vars_os())).envs(&target.env);
        command.env(stray::VARIABLE, &mark);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(cwd) = &target.cwd {
            if !cwd.is_dir() {
                let message = format!("the working directory `{}` does not exist: create it or correct `cwd`", cwd.display());
                return Err(Problem::new("not-found", message).at(Stage::Spawn));
            }
            command.current_dir(cwd);
        }
        let mut command = contained(command);
        let mut child = command.spawn().map_err(|error| spawn_problem(&target.command, &error))?;

        let tail = Arc::new(Mutex::new(Tail::default()));
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin().take(), child.stdout().take(), child.stderr().take())
        else {
            return Err(Problem::new("spawn-failed", "the process has no pipes").at(Stage::Spawn));
        };
        let drain = tokio::spawn(drain(stderr, Arc::clone(&tail)));
        let group = child.id();
        Ok((Self { child, group, stdin: Some(stdin), tail, drain, mark }, stdout))
    }

    /// The end of what the server wrote to its standard error.
    pub(super) fn stderr(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    /// How the process ended, if it does so within a moment; what it said last is read by then.
    pub(super) async fn exit_status(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + GRACE;
        let status = loop {
            match self.leader_status() {
                None if Instant::now() < until => sleep(Duration::from_millis(5)).await,
                status => break status,
            }
        };
        if status.is_some() {
            // A child that holds the pipe open must not keep us.
            let _ = tokio::time::timeout(GRACE, &mut self.drain).await;
        }
        status
    }

    /// Ends the server and everything it started: politely, then not.
    pub(super) async fn close(mut self) {
        drop(self.stdin.take());
        if !self.is_gone_within(GRACE).await {
            self.signal(Signal::Terminate);
            if !self.is_gone_within(GRACE).await {
                self.signal(Signal::Kill);
                self.is_gone_within(LAST_GRACE).await;
            }
        }
        // What left the group is killed on drop.
    }

    async fn is_gone_within(&mut self, grace: Duration) -> bool {
        let until = Instant::now() + grace;
        loop {
            if self.leader_status().is_some() && !self.has_group() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks the innermost child: the group's wrapper would reap it without telling, and drop would signal a stranger's pid.
    fn leader_status(&mut self) -> Option<ExitStatus> {
        self.child.inner_mut().try_wait().ok().flatten()
    }

    #[cfg(unix)]
    fn has_group(&self) -> bool {
        self.group_pid().is_some_and(|pid| nix::sys::signal::killpg(pid, None).is_ok())
    }

    #[cfg(unix)]
    fn signal(&mut self, signal: Signal) {
        if let Some(pid) = self.group_pid() {
            // There may be nobody left to signal.
            let _ = nix::sys::signal::killpg(
                pid,
                match signal {
                    Signal::Terminate => nix::sys::signal::Signal::SIGTERM,
                    Signal::Kill => nix::sys::signal::Signal::SIGKILL,
                },
            );
        }
    }

    #[cfg(unix)]
    fn group_pid(&self) -> Option<nix::unistd::Pid> {
        self.group.and_then(|group| i32::try_from(group).ok()).map(nix::unistd::Pid::from_raw)
    }

    #[cfg(not(unix))]
    fn has_group(&self) -> bool {
        false
    }

    #[cfg(not(unix))]
    fn signal(&mut self, signal: Signal) {
        if matches!(signal, Signal::Kill) {
            // The job object ends every process in it; there is no polite way.
            let _ = self.child.start_kill();
        }
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

/// Reached on every path – a closed connection, a timeout, Ctrl-C, a panic – so nothing outlives a visit.
impl Drop for Process {
    fn drop(&mut self) {
        self.drain.abort();
        self.signal(Signal::Kill);
        stray::kill_marked(&self.mark);
    }
}

async fn drain(mut stderr: ChildStderr, tail: Arc<Mutex<Tail>>) {
    let mut chunk = vec![0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(&chunk[..count]);
    }
}

/// The program and its arguments, in the sandbox where the target has one.
fn start(target: &CommandTarget) -> Result<(PathBuf, Vec<String>), Problem> {
    let program = program(&target.command);
    let Some(sandbox) = &target.sandbox else { return Ok((program, target.args.clone())) };
    // The sandbox would only say so in its own words.
    let is_there = if program.components().count() > 1 { program.exists() } else { find(&target.command).is_some() };
    if !is_there {
        return Err(spawn_problem(&target.command, &ErrorKind::NotFound.into()));
    }
    sandbox.wrap(program.as_os_str(), &target.args, target.cwd.as_deref()).map_err(|why| super::no_sandbox(&why).at(Stage::Spawn))
}

fn spawn_problem(command: &str, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        ErrorKind::NotFound => {
            Problem::new("not-found", format!("`{command}` was not found: install it, or give the full path of the program"))
        }
        ErrorKind::PermissionDenied => {
            Problem::new("not-executable", format!("`{command}` may not be executed: check its permissions"))
        }
        _ => Problem::new("spawn-failed", format!("`{command}` could not be started ({error}): check that it is a program")),
    };
    problem.at(Stage::Spawn)
}

/// The program to start. On Windows `npx` is `npx.cmd`, which only a search along PATH and PATHEXT finds.
fn program(command: &str) -> PathBuf {
    let given = PathBuf::from(command);
    if !cfg!(windows) || given.components().count() > 1 || given.extension().is_some() {
        return given;
    }
    let extensions = std::env::var("PATHEXT").unwrap_or_else(|_| ".EXE;.CMD;.BAT".to_owned());
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| {
            extensions.split(';').map(move |extension| folder.join(format!("{command}{extension}"))).collect::<Vec<_>>()
        })
        .find(|candidate| candidate.is_file())
        .unwrap_or(given)
}
