/* The hello server of tests/consumer/project/main.cpp on libevent: lines, sent back. Compiled by
 * `weir-bench compare` to see what that takes. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { longest_line = 64 * 1024 };

static void on_read(struct bufferevent* session, void* context) {
  (void)context;
  struct evbuffer* input = bufferevent_get_input(session);
  struct evbuffer* output = bufferevent_get_output(session);
  size_t size = 0;
  for (char* line; (line = evbuffer_readln(input, &size, EVBUFFER_EOL_LF)) != NULL; free(line)) {
    evbuffer_add(output, line, size);
    evbuffer_add(output, "\n", 1);
  }
  if (evbuffer_get_length(input) > longest_line) bufferevent_free(session);
}

static void on_end(struct bufferevent* session, short what, void* context) {
  (void)what;
  (void)context;
  bufferevent_free(session);
}

static void on_connection(struct evconnlistener* listener, evutil_socket_t socket,
                          struct sockaddr* address, int size, void* context) {
  (void)address;
  (void)size;
  (void)context;
  struct event_base* base = evconnlistener_get_base(listener);
  struct bufferevent* session = bufferevent_socket_new(base, socket, BEV_OPT_CLOSE_ON_FREE);
  if (session == NULL) {
    evutil_closesocket(socket);
    return;
  }
  bufferevent_setcb(session, on_read, NULL, on_end, NULL);
  bufferevent_enable(session, EV_READ | EV_WRITE);
}

static void on_signal(evutil_socket_t number, short what, void* base) {
  (void)number;
  (void)what;
  event_base_loopbreak(base);
}

int main(void) {
  struct event_base* base = event_base_new();
  if (base == NULL) return 1;
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(7000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct evconnlistener* listener =
      evconnlistener_new_bind(base, on_connection, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
                              -1, (const struct sockaddr*)&address, sizeof address);
  if (listener == NULL) {
    perror("127.0.0.1:7000");
    return 1;
  }
  struct event* interrupt = evsignal_new(base, SIGINT, on_signal, base);
  struct event* terminate = evsignal_new(base, SIGTERM, on_signal, base);
  evsignal_add(interrupt, NULL);
  evsignal_add(terminate, NULL);
  event_base_dispatch(base);
  event_free(interrupt);
  event_free(terminate);
  evconnlistener_free(listener);
  event_base_free(base);
  return 0;
}
