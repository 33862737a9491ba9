/* weir-floor-udp: the loop that everybody writes first, and the floor of weir's datagrams: one
 * recvfrom and one sendto a datagram, on a socket that blocks. It knows no peers, no limits and no
 * deadlines, and SIGTERM ends it where it stands.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { buffer_size = 64 * 1024 };

static void fail(const char* what) {
  fprintf(stderr, "weir-floor-udp: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int open_socket(void) {
  const int bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bound < 0) fail("socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(bound, (struct sockaddr*)&address, sizeof address) != 0) fail("bind");
  socklen_t size = sizeof address;
  if (getsockname(bound, (struct sockaddr*)&address, &size) != 0) fail("getsockname");
  printf("listening on udp://127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
  fflush(stdout);
  return bound;
}

int main(void) {
  static char buffer[buffer_size];
  const int bound = open_socket();
  for (;;) {
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    const ssize_t came = recvfrom(bound, buffer, sizeof buffer, 0, (struct sockaddr*)&from, &size);
    if (came < 0) {
      if (errno == EINTR) continue;
      fail("recvfrom");
    }
    if (sendto(bound, buffer, (size_t)came, 0, (struct sockaddr*)&from, size) < 0 &&
        errno != EINTR && errno != ENOBUFS) {
      fail("sendto");
    }
  }
}
