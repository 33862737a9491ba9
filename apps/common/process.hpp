// What every server program asks of its process before it does anything else.
#pragma once

namespace weir::app {

/// - Descriptors 0 to 2 are open: one that was closed reads and writes nothing. Otherwise the first
///   connection would get its number, and our log lines with it.
/// - Writing to a pipe that broke is an error, not a signal that ends the process.
/// - The C library has read its time zone file, for which there may be no descriptor any more when
///   the first line is logged.
/// - As many descriptors may be open as the system's administrator allows.
void prepare_process();

/// SIGINT and SIGTERM do nothing unless a server handles them. Called right before it does, so that
/// another one that comes just after its end does not spoil the exit status.
void ignore_unhandled_stops();

}  // namespace weir::app
