// Talks to weir-rpc as a client that knows nothing of weir: the package json-rpc-2.0 over a socket of
// Node's. Usage: rpc_client.mjs PORT length:4|lines|headers. Exits with 0 when all is as it should
// be; says what is not, and exits with 1, otherwise.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { JSONRPCClient } from "json-rpc-2.0";

const [port, framing] = process.argv.slice(2);

// Framings: encode(text) -> Buffer; take(buffer) -> [text, rest] or nothing when there is no whole
// message yet.
const framings = {
  "length:4": {
    encode(text) {
      const body = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      return Buffer.concat([length, body]);
    },
    take(input) {
      if (input.length < 4) return undefined;
      const end = 4 + input.readUInt32BE();
      return input.length < end ? undefined : [input.subarray(4, end), input.subarray(end)];
    },
  },
  lines: {
    encode: (text) => Buffer.from(text + "\n"),
    take(input) {
      const end = input.indexOf("\n");
      return end < 0 ? undefined : [input.subarray(0, end), input.subarray(end + 1)];
    },
  },
  headers: {
    encode(text) {
      const body = Buffer.from(text);
      return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
    },
    take(input) {
      const head = input.indexOf("\r\n\r\n");
      if (head < 0) return undefined;
      const length = Number(/Content-Length: (\d+)/.exec(input.subarray(0, head))[1]);
      const end = head + 4 + length;
      return input.length < end ? undefined : [input.subarray(head + 4, end), input.subarray(end)];
    },
  },
};
const { encode, take } = framings[framing];

const socket = connect(Number(port), "127.0.0.1");
socket.setNoDelay(true);
const client = new JSONRPCClient((request) => {
  socket.write(encode(JSON.stringify(request)));
});
const notifications = [];
let tell;  // somebody waits for a notification
let answers = 0;

let input = Buffer.alloc(0);
socket.on("data", (bytes) => {
  input = Buffer.concat([input, bytes]);
  for (let taken = take(input); taken; taken = take(input)) {
    input = taken[1];
    const message = JSON.parse(taken[0].toString());
    if (!Array.isArray(message) && message.method !== undefined) {
      notifications.push(message);
      tell?.();
    } else {
      answers += 1;
      client.receive(message);
    }
  }
});

async function error_of(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("an error was expected");
}

async function notified(count) {
  while (notifications.length < count) {
    await new Promise((resolve) => {
      tell = resolve;
    });
  }
}

await new Promise((resolve, reject) => {
  socket.once("connect", resolve);
  socket.once("error", reject);
});

// By position, by name, and every type that JSON has.
assert.equal(await client.request("add", [1, 2]), 3);
assert.equal(await client.request("subtract", { a: 42, b: 23 }), 19);
assert.equal(await client.request("multiply", [1.5, 4]), 6);
const value = { text: "Grüße, 世界 🌊 \"\\\n\u0000", list: [null, true, -0.5, 1e300, []], empty: {} };
assert.deepEqual(await client.request("echo", [value]), [value]);
assert.deepEqual(await client.request("echo", value), value);
assert.match((await client.request("time")).utc, /^\d{4}-\d\d-\d\dT/);

// Errors keep their numbers.
assert.equal((await error_of(client.request("no such method"))).code, -32601);
assert.equal((await error_of(client.request("add", ["one", 2]))).code, -32602);
assert.equal((await error_of(client.request("add", [1]))).code, -32602);
assert.equal((await error_of(client.request("fail"))).code, -32603);
const refused = await error_of(client.request("fail", { code: 7, message: "as you wish" }));
assert.deepEqual([refused.code, refused.message], [7, "as you wish"]);

// Notifications are not answered.
const before = answers;
client.notify("add", [1, 2]);
client.notify("no such method");
assert.equal(await client.request("echo", []).then((list) => list.length), 0);
assert.equal(answers, before + 1);

// A slow call does not hold the others up.
const order = [];
await Promise.all([
  client.request("slow", [2000]).then(() => order.push("slow")),
  ...Array.from({ length: 50 }, (_, i) =>
    client.request("add", [i, i]).then((sum) => {
      assert.equal(sum, 2 * i);
      order.push("fast");
    }),
  ),
]);
assert.equal(order.at(-1), "slow");

// A batch is answered as one.
const responses = await client.requestAdvanced([
  { jsonrpc: "2.0", id: "a", method: "add", params: [1, 2] },
  { jsonrpc: "2.0", id: "b", method: "no such method" },
  { jsonrpc: "2.0", id: "c", method: "subtract", params: [1, 2] },
]);
assert.deepEqual(
  new Map(responses.map((response) => [response.id, response.result ?? response.error.code])),
  new Map([["a", 3], ["b", -32601], ["c", -1]]),
);

// The server's own notifications.
assert.equal(await client.request("subscribe", { interval_ms: 10 }), true);
await notified(3);
assert.equal(notifications[0].method, "tick");
assert.deepEqual(notifications.slice(0, 3).map(({ params }) => params.count), [1, 2, 3]);
assert.equal(await client.request("unsubscribe"), true);

socket.end();
