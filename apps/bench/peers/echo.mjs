#!/usr/bin/env node
// weir-peer-node: node:net, as its documentation has it.
//
//     echo.mjs [echo|frames] [PORT]     peers/command.h says what the modes are
//
// In mode echo a socket is piped into itself, which pauses it while its peer takes nothing. In mode
// frames the answers of one read are corked together, and go out in one writev.
import { createServer } from 'node:net';

const frameHeader = 4;
const maxFrame = 1 << 20;

function echo(socket) {
  socket.pipe(socket); // also ends it, behind what is still to be written
}

function echoFrames(socket) {
  let pieces = []; // of a frame whose end has not come
  let size = 0;
  let needed = frameHeader;
  socket.on('data', (bytes) => {
    pieces.push(bytes);
    size += bytes.length;
    if (size < needed) return;
    let rest = pieces.length === 1 ? bytes : Buffer.concat(pieces, size);
    socket.cork();
    while (rest.length >= frameHeader) {
      const length = rest.readUInt32BE(0);
      if (length > maxFrame) {
        socket.destroy();
        return;
      }
      needed = frameHeader + length;
      if (rest.length < needed) break;
      socket.write(rest.subarray(0, needed));
      rest = rest.subarray(needed);
      needed = frameHeader;
    }
    socket.uncork();
    pieces = rest.length > 0 ? [rest] : [];
    size = rest.length;
    if (socket.writableNeedDrain) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
}

const modes = new Map([['echo', echo], ['frames', echoFrames]]);
const words = process.argv.slice(2);
const serve = modes.get(modes.has(words[0]) ? words.shift() : 'echo');
const word = words.shift() ?? '0';
const port = Number(word);
if (words.length > 0 || !/^\d+$/.test(word) || port > 65535) {
  console.error('usage: echo.mjs [echo|frames] [PORT]   (echo, and any free port)');
  process.exit(2);
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy()); // it was reset, mostly
  serve(socket);
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening on tcp://127.0.0.1:${server.address().port}`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
