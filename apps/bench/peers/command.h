/* What is the same for every peer and every floor and is no part of a comparison: the command line,
 * the ready line, the descriptors. C, and used from C++ as well.
 *
 *     PROGRAM [MODE] [PORT]
 *
 *     echo        bytes come back as they came (the mode unless told)
 *     frames      frames of peers/frame.h, decoded one by one and answered one by one
 *     broadcast   such a frame goes to every connection, its sender's too; not every program can
 *
 * PORT is one of 127.0.0.1; 0, unless told, is any free one. SIGTERM and SIGINT end a program with
 * status 0, at once.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum Mode { mode_echo, mode_frames, mode_broadcast };

struct Command {
  enum Mode mode;
  uint16_t port;
};

/* `last` is the last of the modes that the program knows. Answers --help and what it does not
 * understand itself, and exits. Raises the limit of descriptors as far as the system allows. */
struct Command read_command(int argc, char** argv, enum Mode last);

/* "listening on tcp://127.0.0.1:PORT", and out with it. */
void say_listening(uint16_t port);

#ifdef __cplusplus
}
#endif
