// TlsTransport, the way out: plain text to records, records to the transport below.
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "tls/tls_transport.hpp"

namespace weir::tls {

namespace {

/// What one record holds (RFC 8446 section 5.1).
constexpr std::size_t record = 16 * 1024;
/// What a record is longer than its plain text, at most.
constexpr std::size_t record_overhead = 64;

std::size_t total(std::span<const std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  return size;
}

}  // namespace

std::size_t TlsTransport::write(std::span<const std::string_view> pieces) {
  if (plain_) return FilterTransport::write(pieces);
  if (!ready_ || over_ || shut_) return 0;
  const std::size_t offered = total(pieces);
  flush();
  std::size_t taken = std::min(settle(), offered);
  while (taken < offered && wires_.output.empty() && !over_) {
    encrypt(pieces, taken);
    flush();
    taken += settle();
  }
  short_ = taken < offered;
  return taken;
}

/// Of what is encrypted, what inner has taken by now: a byte of plain text counts when no more than
/// its own record's overhead can be missing before it.
std::size_t TlsTransport::settle() {
  const std::size_t waits = std::min(encrypted_, wires_.output.size());
  const std::size_t taken = encrypted_ - waits;
  encrypted_ = waits;
  return taken;
}

/// A round of records from `pieces`, without their first `skip` bytes. Small pieces are gathered,
/// for each record costs 22 bytes and a call of the cipher.
void TlsTransport::encrypt(std::span<const std::string_view> pieces, std::size_t skip) {
  std::array<char, record> gathered;  // NOLINT: filled below
  std::size_t used = 0;
  std::size_t left = std::min(round, total(pieces) - skip);
  static_cast<void>(wires_.output.prepare(left + (left / record + 2) * record_overhead));
  for (std::string_view piece : pieces) {
    const std::size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    piece = piece.substr(skipped, left);
    while (!piece.empty() && !over_) {
      // Whole records, or all that is left: as they lie there.
      const std::size_t whole = piece.size() == left ? left : piece.size() / record * record;
      if (used == 0 && whole != 0) {
        encrypt(piece.substr(0, whole));
        left -= whole;
        piece.remove_prefix(whole);
        continue;
      }
      const std::size_t size = std::min(piece.size(), record - used);
      std::memcpy(gathered.data() + used, piece.data(), size);
      used += size;
      left -= size;
      piece.remove_prefix(size);
      if (used == record || left == 0) encrypt({gathered.data(), std::exchange(used, 0)});
    }
  }
}

void TlsTransport::encrypt(std::string_view plain) {
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) != 1) return fail();
  encrypted_ += plain.size();
}

/// Gives inner what waits; true when nothing does any more.
bool TlsTransport::flush() {
  Buffer& output = wires_.output;
  if (!output.empty()) {
    if (blocked_) return false;
    const std::string_view waiting = output.view();
    output.consume(inner().write({&waiting, 1}));
    blocked_ = !output.empty();
    if (blocked_) return false;
    output.release();
  }
  if (std::exchange(shutdown_due_, false)) inner().shutdown_write();
  return true;
}

void TlsTransport::on_writable() {
  if (plain_) return FilterTransport::on_writable();
  blocked_ = false;
  if (over_) return;
  flush();
  const bool more = encrypted_ > wires_.output.size() || wires_.output.empty();
  if (!short_ || !more) return;
  short_ = false;
  tell_sink([](Sink& sink) { sink.on_writable(); });
}

void TlsTransport::shutdown_write() {
  if (plain_) return FilterTransport::shutdown_write();
  if (!ready_ || over_ || shut_) return;
  shut_ = true;
  ERR_clear_error();
  if (SSL_shutdown(ssl_.get()) < 0) return fail();
  shutdown_due_ = true;
  flush();
}

}  // namespace weir::tls
