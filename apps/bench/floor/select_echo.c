/* weir-floor-select: weir-floor-epoll with select(2), which is what it shows: the kernel is handed
 * every descriptor each time, and each is looked at afterwards.
 *
 * fd_set ends at descriptor FD_SETSIZE - 1, and one behind it would be written to memory that is
 * not the set's. Such a connection is refused: closed as soon as it is accepted, with a line on
 * standard error for the first, and their number at the end.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor/connection.h"
#include "floor/sockets.h"
#include "peers/command.h"

struct server {
  enum Mode mode;
  struct listener listener;
  int signals;
  int highest;    /* of the descriptors in the sets */
  fd_set reading; /* who waits for input */
  fd_set writing; /* who has unsent bytes */
  unsigned long refused;
  struct connection connections[FD_SETSIZE];
  unsigned char buffer[buffer_size];
};

static void add(struct server* server, int descriptor) {
  FD_SET(descriptor, &server->reading);
  if (descriptor > server->highest) server->highest = descriptor;
}

static void end_connection(struct server* server, int peer) {
  FD_CLR(peer, &server->reading);
  FD_CLR(peer, &server->writing);
  forget(&server->connections[peer]);
  close(peer);
}

static void accept_all(struct server* server) {
  int peer = -1;
  while ((peer = accept_next(&server->listener, SOCK_NONBLOCK)) >= 0) {
    if (peer < FD_SETSIZE) {
      add(server, peer);
      continue;
    }
    close(peer);
    if (server->refused++ == 0) warnx("refused a connection: select ends at %d", FD_SETSIZE);
  }
}

static void serve_peer(struct server* server, int peer) {
  struct connection* connection = &server->connections[peer];
  const bool waited = has_unsent(connection);
  if (!(waited ? send_unsent(connection, peer)
               : echo(connection, peer, server->mode, server->buffer))) {
    end_connection(server, peer);
  } else if (has_unsent(connection) != waited) {
    FD_CLR(peer, waited ? &server->writing : &server->reading);
    FD_SET(peer, waited ? &server->reading : &server->writing);
  }
}

static void serve(struct server* server) {
  for (;;) {
    fd_set readable = server->reading;
    fd_set writable = server->writing;
    const int highest = server->highest;
    const int count = select(highest + 1, &readable, &writable, NULL, NULL);
    if (count < 0 && errno != EINTR) err(1, "select");
    if (count < 0) continue;
    if (FD_ISSET(server->signals, &readable)) return;
    /* Last, so that what is looked at was never the number of an earlier connection. */
    const bool comes = FD_ISSET(server->listener.socket, &readable);
    FD_CLR(server->listener.socket, &readable);
    for (int peer = 0; peer <= highest; ++peer) {
      if (FD_ISSET(peer, &readable) || FD_ISSET(peer, &writable)) serve_peer(server, peer);
    }
    if (comes) accept_all(server);
  }
}

int main(int argc, char** argv) {
  static struct server server;
  const struct Command command = read_command(argc, argv, mode_frames);
  server.mode = command.mode;
  server.listener = open_listener(command.port, SOCK_NONBLOCK);
  server.signals = open_signals();
  add(&server, server.listener.socket);
  add(&server, server.signals);
  serve(&server);
  if (server.refused > 0) warnx("refused %lu connections in all", server.refused);
  return 0;
}
