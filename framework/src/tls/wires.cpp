#include "tls/wires.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace weir::tls {

namespace {

Wires& wires_in(BIO* bio) { return *static_cast<Wires*>(BIO_get_data(bio)); }

int read(BIO* bio, char* into, std::size_t most, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  std::string_view& input = wires_in(bio).input;
  *got = std::min(most, input.size());
  if (*got == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, input.data(), *got);
  input.remove_prefix(*got);
  return 1;
}

int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  *taken = 0;
  Buffer& output = wires_in(bio).output;
  if (output.size() + size > Wires::most_output) return 0;
  try {
    output.append({bytes, size});
  } catch (const std::bad_alloc&) {
    return 0;  // OpenSSL knows no exceptions
  }
  *taken = size;
  return 1;
}

/// There is nothing to flush, and a 0 says of everything else that it is not known here.
long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

}  // namespace

BioMethodPtr make_wire_method() {
  BioMethodPtr method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "weir"));
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_read_ex(method.get(), read);
  BIO_meth_set_write_ex(method.get(), write);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

bool connect_wires(SSL& ssl, const BIO_METHOD& method, Wires& wires) {
  BIO* bio = BIO_new(&method);
  if (bio == nullptr) return false;
  BIO_set_data(bio, &wires);
  BIO_set_init(bio, 1);
  SSL_set_bio(&ssl, bio, bio);  // takes the one reference
  return SSL_set_app_data(&ssl, &wires) == 1;
}

Wires& wires_of(const SSL& ssl) { return *static_cast<Wires*>(SSL_get_app_data(&ssl)); }

}  // namespace weir::tls
