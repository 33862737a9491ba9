#define _GNU_SOURCE
#include "floor/sockets.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peers/command.h"

static int open_reserve(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

struct listener open_listener(uint16_t port, int flags) {
  struct listener listener = {.reserve = open_reserve()};
  listener.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (listener.socket < 0) err(1, "socket");
  const int on = 1;
  setsockopt(listener.socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener.socket, (struct sockaddr*)&address, sizeof address) != 0) err(1, "bind");
  if (listen(listener.socket, SOMAXCONN) != 0) err(1, "listen");
  socklen_t size = sizeof address;
  if (getsockname(listener.socket, (struct sockaddr*)&address, &size) != 0) err(1, "getsockname");
  say_listening(ntohs(address.sin_port));
  return listener;
}

int accept_next(struct listener* listener, int flags) {
  for (;;) {
    const int peer = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC | flags);
    if (peer >= 0) return peer;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE) {
      close(listener->reserve);
      const int refused = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC);
      if (refused >= 0) close(refused);
      listener->reserve = open_reserve();
      errno = EAGAIN;
    } else if (errno != EAGAIN) {
      warn("accept4");
    }
    return -1;
  }
}

int open_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  const int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals < 0) err(1, "signalfd");
  return signals;
}
