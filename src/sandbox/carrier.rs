//! What carries what a program in a container says to the gate: a few lines that the image's own interpreter runs, as this program
//! could not be started in every image.

/// An interpreter, the flag that has it run a text, and the text. It starts a program that has the gate for its proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carrier([&'static str; 3]);

/// For images that have Node.
pub(crate) const NODE: Carrier = Carrier(["node", "-e", include_str!("carrier.js")]);

/// For images that have Python.
pub(crate) const PYTHON: Carrier = Carrier(["python3", "-c", include_str!("carrier.py")]);

impl Carrier {
    /// The interpreter, and its arguments to run a program that reaches the gate at a socket.
    pub(crate) fn carry(self, socket: &str, program: &str, args: &[String]) -> (&'static str, Vec<String>) {
        let Self([interpreter, flag, text]) = self;
        let first = [flag, text, socket, program].map(str::to_owned);
        (interpreter, first.into_iter().chain(args.iter().cloned()).collect())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{NODE, PYTHON};
    use crate::sandbox::gate::{Gate, Ways};
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// Asks for a URL as programs do that go by the variables; the status, and what came.
    const ASK: &str = "import sys, urllib.request\ntry: print(urllib.request.urlopen(sys.argv[1]).read().decode())\nexcept Exception as error: sys.exit(str(error))";

    /// The bytes of what the registry answers: more than one read of a socket.
    const LENGTH: usize = 300_000;

    #[tokio::test(flavor = "multi_thread")]
    async fn programs_reach_the_registry_only() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n{}", "p".repeat(LENGTH));
            }
        });
        let gate = Gate::open(Ways { places: vec![("127.0.0.1".to_owned(), port)], proxy: None }).unwrap();
        let socket = gate.socket();
        for carrier in [NODE, PYTHON] {
            let ask = async |port: u16| {
                let args = ["-c", ASK, &format!("http://127.0.0.1:{port}/x")].map(str::to_owned);
                let (interpreter, args) = carrier.carry(socket.to_str().unwrap(), "python3", &args);
                let output = tokio::process::Command::new(interpreter).args(args).env("NO_PROXY", "*").output().await.unwrap();
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
                (output.status.code(), text(&output.stdout), text(&output.stderr))
            };
            let (status, came, error) = ask(port).await;
            assert_eq!((status, error.as_str(), came.len()), (Some(0), "", LENGTH));
            assert_eq!(ask(port ^ 1).await, (Some(1), String::new(), "HTTP Error 403: Forbidden".to_owned()));
        }
        assert_eq!(gate.refused(), [format!("127.0.0.1:{}", port ^ 1)]);
    }
}
