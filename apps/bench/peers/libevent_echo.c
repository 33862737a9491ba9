/* weir-peer-libevent: a bufferevent a connection, on one event_base.
 *
 * Its buffers do the rest: what is answered is moved from the one for input to the one for output
 * without a copy, and goes out when the loop comes round. Who has more than high_water bytes of
 * output is not read until it has low_water.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include "peers/command.h"
#include "peers/frame.h"

enum { high_water = 256 * 1024, low_water = 64 * 1024 };

struct server {
  struct event_base* base;
  enum Mode mode;
};

/* False: a frame is too long. */
static bool answer_frames(struct evbuffer* input, struct evbuffer* output) {
  unsigned char header[frame_header];
  while (evbuffer_copyout(input, header, sizeof header) == frame_header) {
    const size_t length = frame_length(header);
    if (length > max_frame) return false;
    if (evbuffer_get_length(input) < frame_header + length) return true;
    evbuffer_remove_buffer(input, output, frame_header + length);
  }
  return true;
}

static void on_read(struct bufferevent* connection, void* argument) {
  const struct server* server = argument;
  struct evbuffer* input = bufferevent_get_input(connection);
  struct evbuffer* output = bufferevent_get_output(connection);
  if (server->mode == mode_echo) {
    evbuffer_add_buffer(output, input);
  } else if (!answer_frames(input, output)) {
    bufferevent_free(connection);
    return;
  }
  if (evbuffer_get_length(output) > high_water) bufferevent_disable(connection, EV_READ);
}

/* At low_water of output, and below. */
static void on_written(struct bufferevent* connection, void* argument) {
  (void)argument;
  if ((bufferevent_get_enabled(connection) & EV_READ) == 0) {
    bufferevent_enable(connection, EV_READ);
  }
}

static void end_when_empty(struct bufferevent* connection, void* argument) {
  (void)argument;
  if (evbuffer_get_length(bufferevent_get_output(connection)) == 0) bufferevent_free(connection);
}

/* A peer that has finished sending still reads. */
static void on_event(struct bufferevent* connection, short events, void* argument) {
  if ((events & BEV_EVENT_ERROR) != 0) {
    bufferevent_free(connection);
  } else if ((events & BEV_EVENT_EOF) != 0) {
    bufferevent_disable(connection, EV_READ);
    bufferevent_setcb(connection, NULL, end_when_empty, on_event, argument);
    end_when_empty(connection, argument);
  }
}

static void on_accepted(struct evconnlistener* listener, evutil_socket_t socket,
                        struct sockaddr* from, int size, void* argument) {
  (void)listener;
  (void)from;
  (void)size;
  const struct server* server = argument;
  struct bufferevent* connection =
      bufferevent_socket_new(server->base, socket, BEV_OPT_CLOSE_ON_FREE);
  if (connection == NULL) errx(1, "no bufferevent");
  bufferevent_setcb(connection, on_read, on_written, on_event, argument);
  bufferevent_setwatermark(connection, EV_WRITE, low_water, 0);
  bufferevent_enable(connection, EV_READ | EV_WRITE);
}

static void accept_again(evutil_socket_t socket, short events, void* listener) {
  (void)socket;
  (void)events;
  evconnlistener_enable(listener);
}

/* Out of descriptors, most likely. */
static void on_accept_failed(struct evconnlistener* listener, void* argument) {
  const struct server* server = argument;
  warn("accept");
  evconnlistener_disable(listener);
  const struct timeval pause = {.tv_sec = 1};
  event_base_once(server->base, -1, EV_TIMEOUT, accept_again, listener, &pause);
}

static void on_signal(evutil_socket_t number, short events, void* argument) {
  (void)number;
  (void)events;
  event_base_loopbreak(argument);
}

static struct evconnlistener* start_listener(struct server* server, uint16_t port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct evconnlistener* listener =
      evconnlistener_new_bind(server->base, on_accepted, server,
                              LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                              SOMAXCONN, (struct sockaddr*)&address, sizeof address);
  if (listener == NULL) err(1, "listen");
  evconnlistener_set_error_cb(listener, on_accept_failed);
  const evutil_socket_t socket = evconnlistener_get_fd(listener);
  const int on = 1; /* accepted sockets inherit it */
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socklen_t size = sizeof address;
  if (getsockname(socket, (struct sockaddr*)&address, &size) != 0) err(1, "getsockname");
  say_listening(ntohs(address.sin_port));
  return listener;
}

int main(int argc, char** argv) {
  const struct Command command = read_command(argc, argv, mode_frames);
  signal(SIGPIPE, SIG_IGN);
  struct server server = {.base = event_base_new(), .mode = command.mode};
  if (server.base == NULL) errx(1, "libevent has no base");
  struct event* terminated = evsignal_new(server.base, SIGTERM, on_signal, server.base);
  struct event* interrupted = evsignal_new(server.base, SIGINT, on_signal, server.base);
  event_add(terminated, NULL);
  event_add(interrupted, NULL);
  struct evconnlistener* listener = start_listener(&server, command.port);
  event_base_dispatch(server.base);
  evconnlistener_free(listener);
  event_free(terminated);
  event_free(interrupted);
  event_base_free(server.base);
  return 0;
}
