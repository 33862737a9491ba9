// Talks to weir-websocket-echo with the package ws. Usage: websocket_client.mjs PORT. Exits with 0
// when all is as it should be; says what is not, and exits with 1, otherwise.
import assert from "node:assert/strict";
import { once } from "node:events";
import WebSocket from "ws";

const port = process.argv[2];
const mebibyte = 1024 * 1024;

async function open(path, { protocols = [], ...options } = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
  await once(socket, "open");
  return socket;
}

/** The next message: [data, whether it is binary]. */
async function message(socket) {
  const [data, binary] = await once(socket, "message");
  return [data, binary];
}

async function ended(socket) {
  const [code, reason] = await once(socket, "close");
  return [code, reason.toString()];
}

/** The status that refuses the handshake. */
async function refused(path, options) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
  const [, response] = await once(socket, "unexpected-response");
  response.destroy();  // it would keep its connection
  return response.statusCode;
}

// Bytes that do not compress, the same in each run.
function noise(size) {
  const bytes = Buffer.alloc(size);
  let state = 12345;
  for (let i = 0; i < size; ++i) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = state >> 16;
  }
  return bytes;
}

for (const deflate of [true, false]) {
  const agreed = deflate ? "permessage-deflate" : "";
  const options = { perMessageDeflate: deflate && { threshold: 0 }, maxPayload: 32 * mebibyte };

  const text = await open("/text", options);
  assert.match(text.extensions, new RegExp(`^${agreed}`));
  for (const said of ["hello", "", "grüße 🎉", "x".repeat(125), "x".repeat(126), "y".repeat(65535),
                      "z".repeat(65536), "ab".repeat(8 * mebibyte)]) {
    text.send(said);
    const [data, binary] = await message(text);
    assert.equal(binary, false);
    assert.equal(data.toString(), said);
  }

  // In fragments, with a ping between two of them.
  text.send("one ", { fin: false });
  text.send("two ", { fin: false });
  text.ping("are you there");
  text.send("three");
  const pong = once(text, "pong");
  assert.equal((await message(text))[0].toString(), "one two three");
  assert.equal((await pong)[0].toString(), "are you there");

  // A thousand at once come back in their order.
  const many = [];
  const whole = new Promise((resolve) => {
    text.on("message", (data) => {
      if (many.push(data.toString()) === 1000) resolve();
    });
  });
  for (let i = 0; i < 1000; ++i) text.send(`number ${i}`);
  await whole;
  assert.deepEqual(many, Array.from({ length: 1000 }, (_, i) => `number ${i}`));
  text.close(4001, "enough");
  assert.equal((await ended(text))[0], 4001);

  const bytes = await open("/bytes", options);
  for (const said of [noise(1), noise(70_000), noise(16 * mebibyte), Buffer.alloc(16 * mebibyte)]) {
    bytes.send(said);
    const [data, binary] = await message(bytes);
    assert.equal(binary, true);
    assert.ok(data.equals(said));
  }
  bytes.send("a text");
  assert.equal((await ended(bytes))[0], 1003);

  const large = await open("/text", options);
  large.send("x".repeat(17 * mebibyte));
  large.on("error", () => {});
  assert.equal((await ended(large))[0], 1009);

  // A room: what one says, all hear.
  const members = [];
  for (let i = 0; i < 5; ++i) members.push(await open("/room", options));
  const heard = members.map(message);
  members[2].send("to all of you");
  for (const [data] of await Promise.all(heard)) assert.equal(data.toString(), "to all of you");
  for (const member of members) member.terminate();
}

const chosen = await open("/text", { protocols: ["v9.echo", "v1.echo"] });
assert.equal(chosen.protocol, "v1.echo");
chosen.close();
assert.equal((await ended(chosen))[0], 1005);

assert.equal(await refused("/text", { origin: "http://evil.example" }), 403);
assert.equal(await refused("/nowhere", {}), 404);
const same = await open("/text", { origin: `http://127.0.0.1:${port}` });
same.send("bye");  // the server closes
assert.deepEqual((await message(same))[0].toString(), "bye");
assert.equal((await ended(same))[0], 1000);
console.log("all as it should be");
