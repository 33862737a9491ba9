// A WebSocket server of the package ws, for weir-websocket-visitor. Usage: websocket_server.mjs
// [deflate]. Says "listening on PORT", and serves until it is told to end. By path:
//   /echo           what comes goes back
//   /fragments      says a text and bytes in fragments, with pings between them
//   /goodbye        closes with 4002 "that is all" when something came
//   /terminate      breaks the connection off when something came
//   /large          says 17 MiB
//   /report         says how the last other connection ended: "CODE REASON"
import { WebSocketServer } from "ws";

const mebibyte = 1024 * 1024;
let last = "nobody";
let open = 0;  // connections but those that want a report
let reporters = [];
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  maxPayload: 17 * mebibyte,
  perMessageDeflate: process.argv[2] === "deflate" && { threshold: 0 },
  handleProtocols: (offered) => (offered.has("v1.echo") ? "v1.echo" : false),
});

server.on("connection", (socket, request) => {
  const path = request.url;
  socket.on("error", () => {});
  if (path === "/report") {
    if (open === 0) socket.send(last);
    else reporters.push(socket);
    return;
  }
  ++open;
  socket.on("close", (code, reason) => {
    last = `${code} ${reason}`;
    if (--open !== 0) return;
    for (const reporter of reporters.splice(0)) reporter.send(last);
  });
  if (path === "/fragments") {
    socket.send("one ", { fin: false });
    socket.ping("there?");
    socket.send("two ", { fin: false });
    socket.send("grüße", { fin: true });
    for (let i = 0; i < 15; ++i) socket.send(Buffer.alloc(mebibyte, i), { fin: false });
    socket.send(Buffer.alloc(mebibyte, 15), { fin: true });
    socket.once("pong", (data) => socket.send(`pong ${data}`));
  } else if (path === "/large") {
    socket.send("x".repeat(17 * mebibyte));
  } else {
    socket.on("message", (data, binary) => {
      if (path === "/goodbye") socket.close(4002, "that is all");
      else if (path === "/terminate") socket.terminate();
      else socket.send(data, { binary });
    });
  }
});
process.on("SIGTERM", () => process.exit(0));
server.on("listening", () => console.log(`listening on ${server.address().port}`));
