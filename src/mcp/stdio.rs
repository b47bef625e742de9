//! The stdio transport: one JSON message a line, on the pipes of a process.

use super::message::{self, Incoming};
use super::process::Process;
use super::{MAX_MESSAGE, MAX_TOTAL, Problem, room};
use crate::target::CommandTarget;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::ChildStdout;

#[derive(Debug)]
pub(crate) struct Stdio {
    process: Process,
    stdout: BufReader<ChildStdout>,
    line: Vec<u8>,
    read: usize,
    last_id: u64,
    /// Lines that were no JSON-RPC.
    pub(super) skipped: usize,
}

impl Stdio {
    pub(super) fn open(target: &CommandTarget) -> Result<Self, Problem> {
        let (process, stdout) = Process::spawn(target)?;
        let stdout = BufReader::with_capacity(16 << 10, stdout);
        Ok(Self { process, stdout, line: Vec::new(), read: 0, last_id: 0, skipped: 0 })
    }

    pub(super) async fn request(&mut self, method: &str, params: Value) -> Result<Box<RawValue>, Problem> {
        self.last_id += 1;
        self.send(&message::request(self.last_id, method, params)).await;
        while self.read_line(method).await? {
            let Some(messages) = message::read(&self.line)? else {
                // Blank lines are no sign of anything.
                self.skipped += usize::from(!self.line.trim_ascii().is_empty());
                continue;
            };
            for message in messages {
                match message::sort(message, self.last_id) {
                    Incoming::Reply(reply) => return reply.map_err(|error| Problem::rpc(method, &error)),
                    Incoming::Request(answer) => self.send(&answer).await,
                    Incoming::Noise => self.skipped += 1,
                    Incoming::Other => {}
                }
            }
        }
        Err(self.ended(method).await)
    }

    pub(super) async fn notify(&mut self, method: &str) {
        self.send(&message::notification(method)).await;
    }

    pub(super) fn stderr(&self) -> String {
        self.process.stderr()
    }

    pub(super) async fn close(self) {
        // Our end of its output goes first: a server that blocks on writing must not miss that its input is closed.
        drop(self.stdout);
        self.process.close().await;
    }

    /// Writes a message. A server that no longer reads may still answer: its end is noticed when its output ends.
    async fn send(&mut self, message: &Value) {
        if let Some(stdin) = &mut self.process.stdin {
            let _ = stdin.write_all(format!("{message}\n").as_bytes()).await;
            let _ = stdin.flush().await;
        }
    }

    /// Reads the next line into `self.line`; false at the end.
    async fn read_line(&mut self, method: &str) -> Result<bool, Problem> {
        self.line.clear();
        self.line.shrink_to(MAX_MESSAGE / 16);
        loop {
            // A read that fails is an end like any other.
            let buffered = self.stdout.fill_buf().await.unwrap_or_default();
            if buffered.is_empty() {
                return Ok(!self.line.is_empty());
            }
            let newline = buffered.iter().position(|byte| *byte == b'\n');
            let taken = newline.map_or(buffered.len(), |at| at + 1);
            self.line.extend_from_slice(&buffered[..taken]);
            self.stdout.consume(taken);
            self.read += taken;
            room::ask(self.read).await?;
            if self.line.len() > MAX_MESSAGE {
                return Err(oversize(method, "a line", MAX_MESSAGE));
            }
            if self.read > MAX_TOTAL {
                return Err(oversize(method, "output", MAX_TOTAL));
            }
            if newline.is_some() {
                return Ok(true);
            }
        }
    }

    async fn ended(&mut self, method: &str) -> Problem {
        match self.process.exit_status().await {
            Some(status) => {
                let how = match status.code() {
                    Some(code) => format!("exited with status {code}"),
                    None => format!("was ended by a signal ({status})"),
                };
                let advice = "check its arguments, and the credentials it needs (`--env K=V`)";
                Problem::new("exited", format!("the server {how} before it answered `{method}`: {advice}"))
            }
            None => Problem::new("closed", format!("the server closed its output before it answered `{method}`")),
        }
    }
}

pub(super) fn oversize(method: &str, what: &str, limit: usize) -> Problem {
    let limit = limit >> 20;
    Problem::new("oversize", format!("the server sent {what} of more than {limit} MiB before it answered `{method}`"))
}
