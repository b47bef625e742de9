// Runs a program in a container that has no network: opens a port there, carries what comes to it to the socket of the gate, and names it
// as the proxy. `node -e THIS SOCKET PROGRAM ARGUMENT…`
const { spawn } = require("node:child_process");
const net = require("node:net");

const [socket, program, ...args] = process.argv.slice(1);
const carrier = net.createServer({ allowHalfOpen: true }, (client) => {
  const gate = net.connect({ path: socket, allowHalfOpen: true });
  for (const [from, to] of [[client, gate], [gate, client]]) {
    // Not `pipe`, which opens this program's own output and so has the child's end early, at what a pipe holds.
    from.on("data", (data) => to.write(data) || from.pause());
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    to.on("drain", () => from.resume());
  }
});
carrier.listen(0, "127.0.0.1", () => {
  const env = { ...process.env };
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    delete env[name];
    delete env[name.toLowerCase()];
  }
  env.http_proxy = env.https_proxy = env.HTTP_PROXY = env.HTTPS_PROXY = `http://127.0.0.1:${carrier.address().port}`;
  const child = spawn(program, args, { env, stdio: "inherit" });
  child.on("error", (error) => { console.error(error.message); process.exit(127); });
  child.on("exit", (code) => process.exit(code ?? 1));
});
