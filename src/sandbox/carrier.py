# Runs a program in a container that has no network: opens a port there, carries what comes to it to the socket of the gate, and names it
# as the proxy. `python3 -c THIS SOCKET PROGRAM ARGUMENT…`
import os
import socket
import subprocess
import sys
import threading


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # Whoever goes away ends it both ways.
        source.close()
        sink.close()


def accept(listener, path):
    while True:
        client, _ = listener.accept()
        gate = socket.socket(socket.AF_UNIX)
        gate.connect(path)
        for pair in (client, gate), (gate, client):
            threading.Thread(target=carry, args=pair, daemon=True).start()


path, *command = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, args=(listener, path), daemon=True).start()
env = {name: value for name, value in os.environ.items() if name.upper() not in ("ALL_PROXY", "NO_PROXY")}
proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
env |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
sys.exit(subprocess.call(command, env=env))
