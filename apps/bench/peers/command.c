#define _GNU_SOURCE
#include "peers/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char* const modes[] = {"echo", "frames", "broadcast"};

static void explain(FILE* to, enum Mode last) {
  fprintf(to, "usage: %s [echo|frames%s] [PORT]   (echo, and any free port)\n",
          program_invocation_short_name, last == mode_broadcast ? "|broadcast" : "");
}

static bool read_mode(const char* word, enum Mode last, enum Mode* mode) {
  for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) {
    *mode = (enum Mode)i;
    if (*mode <= last && strcmp(word, modes[i]) == 0) return true;
  }
  return false;
}

static bool read_port(const char* word, uint16_t* port) {
  char* end = NULL;
  errno = 0;
  const long number = strtol(word, &end, 10);
  *port = (uint16_t)number;
  return errno == 0 && end != word && *end == '\0' && number >= 0 && number <= UINT16_MAX;
}

struct Command read_command(int argc, char** argv, enum Mode last) {
  struct Command command = {.mode = mode_echo, .port = 0};
  int next = 1;
  if (argc == 2 && strcmp(argv[1], "--help") == 0) {
    explain(stdout, last);
    exit(0);
  }
  enum Mode mode = mode_echo;
  if (next < argc && read_mode(argv[next], last, &mode)) {
    command.mode = mode;
    ++next;
  }
  if (next < argc && read_port(argv[next], &command.port)) ++next;
  if (next < argc) {
    explain(stderr, last);
    exit(2);
  }
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return command;
}

void say_listening(uint16_t port) {
  printf("listening on tcp://127.0.0.1:%u\n", (unsigned)port);
  fflush(stdout);
}
