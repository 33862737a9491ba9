// weir-kv as a child of a test: starts, ends, and starts again on the same port.
//
//     const kv = await KvServer.start(program, "--data", folder);
//     await kv.stop();      // SIGTERM, checks that it exits with 0
//     await kv.restart();   // the same flags, the same port
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class KvServer {
  static async start(program, ...flags) {
    const server = new KvServer(program, flags);
    await server.restart();
    return server;
  }

  constructor(program, flags) {
    this.program = program;
    this.flags = flags;
    this.port = 0;
  }

  async restart() {
    const listen = `tcp://127.0.0.1:${this.port}`;
    this.child = spawn(this.program, ["--listen", listen, "--log-level", "error", ...this.flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.add(this.child);
    const [ready] = await once(createInterface({ input: this.child.stdout }), "line");
    this.port = Number(ready.split(":").at(-1));
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [status] = await ended;
    running.delete(this.child);
    assert.equal(status, 0);
  }
}

/// The error that `promise` is rejected with.
export async function error_of(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it was fulfilled");
}

/// The values given to it, in order: next() waits for one.
export class Inbox {
  #values = [];
  #wanted = [];
  put = (...value) => {
    const wanted = this.#wanted.shift();
    if (wanted) wanted(value);
    else this.#values.push(value);
  };
  async next() {
    return this.#values.shift() ?? new Promise((resolve) => this.#wanted.push(resolve));
  }
  get empty() {
    return this.#values.length === 0;
  }
}
