/* weir-peer-libev: an ev_io a connection, on the loop that libev chooses (epoll).
 *
 * libev waits and does no more: what its users do with the bytes is recv and send, as they like.
 * Here that is floor/connection.h, so what is measured beside weir-floor-epoll is libev's loop.
 */
#define _GNU_SOURCE
#include <err.h>
#include <ev.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor/connection.h"
#include "floor/sockets.h"
#include "peers/command.h"

struct server {
  enum Mode mode;
  struct listener listener;
  unsigned char buffer[buffer_size];
};

struct peer {
  ev_io io; /* the first member: libev hands it back */
  struct server* server;
  struct connection connection;
};

static void end_peer(struct ev_loop* loop, struct peer* peer) {
  ev_io_stop(loop, &peer->io);
  close(peer->io.fd);
  forget(&peer->connection);
  free(peer);
}

static void watch(struct ev_loop* loop, struct peer* peer, int events) {
  ev_io_stop(loop, &peer->io);
  ev_io_modify(&peer->io, events);
  ev_io_start(loop, &peer->io);
}

static void on_peer(struct ev_loop* loop, ev_io* io, int events) {
  struct peer* peer = (struct peer*)io;
  struct connection* connection = &peer->connection;
  if ((events & EV_WRITE) != 0) {
    if (!send_unsent(connection, io->fd)) {
      end_peer(loop, peer);
    } else if (!has_unsent(connection)) {
      watch(loop, peer, EV_READ);
    }
  } else if (!echo(connection, io->fd, peer->server->mode, peer->server->buffer)) {
    end_peer(loop, peer);
  } else if (has_unsent(connection)) {
    watch(loop, peer, EV_WRITE);
  }
}

static void on_listener(struct ev_loop* loop, ev_io* io, int events) {
  (void)events;
  struct server* server = io->data;
  int socket = -1;
  while ((socket = accept_next(&server->listener, SOCK_NONBLOCK)) >= 0) {
    struct peer* peer = calloc(1, sizeof *peer);
    if (peer == NULL) err(1, "calloc");
    peer->server = server;
    ev_io_init(&peer->io, on_peer, socket, EV_READ);
    ev_io_start(loop, &peer->io);
  }
}

static void on_signal(struct ev_loop* loop, ev_signal* signal, int events) {
  (void)signal;
  (void)events;
  ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char** argv) {
  static struct server server;
  const struct Command command = read_command(argc, argv, mode_frames);
  server.mode = command.mode;
  struct ev_loop* loop = ev_default_loop(EVFLAG_AUTO);
  if (loop == NULL) errx(1, "libev has no loop");
  server.listener = open_listener(command.port, SOCK_NONBLOCK);

  ev_io listener;
  ev_io_init(&listener, on_listener, server.listener.socket, EV_READ);
  listener.data = &server;
  ev_io_start(loop, &listener);
  ev_signal terminated;
  ev_signal_init(&terminated, on_signal, SIGTERM);
  ev_signal_start(loop, &terminated);
  ev_signal interrupted;
  ev_signal_init(&interrupted, on_signal, SIGINT);
  ev_signal_start(loop, &interrupted);
  ev_run(loop, 0);
  return 0;
}
