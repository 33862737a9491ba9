#include "weir/io/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <limits>

namespace weir {

namespace {

/// What decides which options a socket has.
struct Nature {
  int family = AF_UNSPEC;
  int type = 0;

  static Nature of(int descriptor) {
    Nature nature;
    socklen_t size = sizeof nature.family;
    ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &nature.family, &size);
    size = sizeof nature.type;
    ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &nature.type, &size);
    return nature;
  }
  [[nodiscard]] bool inet() const { return family == AF_INET || family == AF_INET6; }
  [[nodiscard]] bool tcp() const { return inet() && type == SOCK_STREAM; }
};

/// Sets options one after the other until one fails.
class Setter {
 public:
  Setter(int descriptor, const Nature& nature) : descriptor_(descriptor), nature_(nature) {}

  [[nodiscard]] const Nature& nature() const { return nature_; }

  void set(const char* name, int level, int option, int value) {
    set_raw(name, level, option, &value, sizeof value, std::to_string(value));
  }
  void set_raw(const char* name, int level, int option, const void* value, socklen_t size,
               const std::string& shown) {
    if (!status_.ok()) return;
    if (::setsockopt(descriptor_, level, option, value, size) == 0) return;
    status_ = system_error(std::string("cannot set ") + name + " to " + shown, errno);
  }
  void set_if(const char* name, int level, int option, const std::optional<int>& value) {
    if (value) set(name, level, option, *value);
  }
  /// In units of `unit`; what is not a whole number of them, or does not fit, is refused.
  void set_time(const char* name, int level, int option, const std::optional<Duration>& value,
                Duration unit) {
    if (!value || !status_.ok()) return;
    const auto count = *value / unit;
    if (*value < Duration::zero() || *value % unit != Duration::zero() ||
        count > std::numeric_limits<int>::max()) {
      refuse(name, unit == std::chrono::seconds(1) ? "it counts whole seconds"
                                                   : "it counts whole milliseconds");
      return;
    }
    set(name, level, option, static_cast<int>(count));
  }
  /// The system takes any size and gives less.
  void set_buffer(const char* name, int option, const std::optional<int>& bytes) {
    if (!bytes) return;
    set(name, SOL_SOCKET, option, *bytes);
    int given = 0;
    socklen_t size = sizeof given;
    if (!status_.ok() || ::getsockopt(descriptor_, SOL_SOCKET, option, &given, &size) != 0) return;
    if (given / 2 >= *bytes) return;
    refuse(name, "the system gives at most " + std::to_string(given / 2) + " bytes");
  }
  /// True when `value` is set and means something here; refuses it when it means nothing.
  template <class T>
  bool wants(const char* name, const std::optional<T>& value, bool applies) {
    if (!value || !status_.ok()) return false;
    if (!applies) refuse(name, "it means nothing to this kind of socket");
    return applies;
  }
  void refuse(const char* name, const std::string& why) {
    if (status_.ok()) status_ = Error{std::string("cannot set ") + name + ": " + why, EINVAL};
  }
  [[nodiscard]] Status take() { return std::move(status_); }

 private:
  int descriptor_;
  Nature nature_;
  Status status_;
};

void set_keep_alive(Setter& setter, const SocketOptions& options) {
  const bool tcp = setter.nature().tcp();
  constexpr Duration second = std::chrono::seconds(1);
  if (setter.wants("SO_KEEPALIVE", options.keep_alive, tcp)) {
    setter.set("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, *options.keep_alive ? 1 : 0);
  }
  if (setter.wants("TCP_KEEPIDLE", options.keep_alive_idle, tcp)) {
    setter.set_time("TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, options.keep_alive_idle, second);
  }
  if (setter.wants("TCP_KEEPINTVL", options.keep_alive_interval, tcp)) {
    setter.set_time("TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, options.keep_alive_interval,
                    second);
  }
  if (setter.wants("TCP_KEEPCNT", options.keep_alive_probes, tcp)) {
    setter.set("TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, *options.keep_alive_probes);
  }
}

void set_linger(Setter& setter, const std::optional<Duration>& time) {
  if (!time) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
  if (seconds != *time || seconds.count() < 0 || seconds.count() > 0x7fff) {
    return setter.refuse("SO_LINGER", "it counts whole seconds, at most 32767");
  }
  const linger value{1, static_cast<int>(seconds.count())};
  setter.set_raw("SO_LINGER", SOL_SOCKET, SO_LINGER, &value, sizeof value,
                 std::to_string(seconds.count()) + " s");
}

void set_inet(Setter& setter, const SocketOptions& options) {
  const Nature nature = setter.nature();
  const bool six = nature.family == AF_INET6;
  if (setter.wants("IP_TOS", options.type_of_service, nature.inet())) {
    setter.set(six ? "IPV6_TCLASS" : "IP_TOS", six ? IPPROTO_IPV6 : IPPROTO_IP,
               six ? IPV6_TCLASS : IP_TOS, *options.type_of_service);
  }
  if (setter.wants("SO_DONTROUTE", options.dont_route, nature.inet())) {
    setter.set("SO_DONTROUTE", SOL_SOCKET, SO_DONTROUTE, *options.dont_route ? 1 : 0);
  }
  if (setter.wants("TCP_USER_TIMEOUT", options.user_timeout, nature.tcp())) {
    setter.set_time("TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, options.user_timeout,
                    std::chrono::milliseconds(1));
  }
}

void set_listener(Setter& setter, const SocketOptions& options) {
  const Nature nature = setter.nature();
  // On UDP it would let a second server take the port, and its datagrams, from the first.
  if (nature.tcp() && options.reuse_address) {
    setter.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1);
  }
  // [::] and 0.0.0.0 can stand side by side.
  if (nature.family == AF_INET6) {
    setter.set("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only.value_or(true) ? 1 : 0);
  } else {
    setter.wants("IPV6_V6ONLY", options.v6_only, false);
  }
  if (setter.wants("SO_INCOMING_CPU", options.incoming_cpu, nature.inet())) {
    setter.set("SO_INCOMING_CPU", SOL_SOCKET, SO_INCOMING_CPU, *options.incoming_cpu);
  }
}

template <class T>
std::optional<T> ask(int descriptor, int level, int option) {
  T value{};
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor, level, option, &value, &size) != 0) return std::nullopt;
  return value;
}

std::optional<bool> ask_flag(int descriptor, int level, int option) {
  const auto value = ask<int>(descriptor, level, option);
  if (!value) return std::nullopt;
  return *value != 0;
}

template <class Unit>
std::optional<Duration> ask_time(int descriptor, int level, int option) {
  const auto value = ask<int>(descriptor, level, option);
  if (!value) return std::nullopt;
  return Duration(Unit(*value));
}

}  // namespace

Status apply_options(int descriptor, const SocketOptions& options, SocketRole role) {
  const Nature nature = Nature::of(descriptor);
  return apply_options(descriptor, nature.family, nature.type, options, role);
}

Status apply_options(int descriptor, int family, int type, const SocketOptions& options,
                     SocketRole role) {
  const Nature nature{family, type};
  Setter setter(descriptor, nature);
  if (nature.tcp()) setter.set("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, options.no_delay ? 1 : 0);
  set_keep_alive(setter, options);
  setter.set_buffer("SO_SNDBUF", SO_SNDBUF, options.send_buffer);
  setter.set_buffer("SO_RCVBUF", SO_RCVBUF, options.receive_buffer);
  set_linger(setter, options.linger);
  set_inet(setter, options);
  if (options.mark) {
    setter.set_raw("SO_MARK", SOL_SOCKET, SO_MARK, &*options.mark, sizeof *options.mark,
                   std::to_string(*options.mark));
  }
  if (role == SocketRole::listener) set_listener(setter, options);
  if (setter.wants("TCP_FASTOPEN", options.fast_open, nature.tcp())) {
    if (role == SocketRole::listener) {
      setter.set("TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, *options.fast_open);
    } else {
      setter.set("TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
                 *options.fast_open != 0 ? 1 : 0);
    }
  }
  return setter.take();
}

SocketOptions read_options(int descriptor) {
  SocketOptions options;
  const Nature nature = Nature::of(descriptor);
  options.no_delay = ask_flag(descriptor, IPPROTO_TCP, TCP_NODELAY).value_or(false);
  options.reuse_address = ask_flag(descriptor, SOL_SOCKET, SO_REUSEADDR).value_or(false);
  options.send_buffer = ask<int>(descriptor, SOL_SOCKET, SO_SNDBUF);
  options.receive_buffer = ask<int>(descriptor, SOL_SOCKET, SO_RCVBUF);
  options.mark = ask<std::uint32_t>(descriptor, SOL_SOCKET, SO_MARK);
  if (const auto value = ask<linger>(descriptor, SOL_SOCKET, SO_LINGER);
      value && value->l_onoff != 0) {
    options.linger = std::chrono::seconds(value->l_linger);
  }
  if (nature.inet()) {
    const bool six = nature.family == AF_INET6;
    options.type_of_service =
        ask<int>(descriptor, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_TCLASS : IP_TOS);
    options.dont_route = ask_flag(descriptor, SOL_SOCKET, SO_DONTROUTE);
    options.incoming_cpu = ask<int>(descriptor, SOL_SOCKET, SO_INCOMING_CPU);
    if (six) options.v6_only = ask_flag(descriptor, IPPROTO_IPV6, IPV6_V6ONLY);
  }
  if (nature.tcp()) {
    options.keep_alive = ask_flag(descriptor, SOL_SOCKET, SO_KEEPALIVE);
    options.keep_alive_idle = ask_time<std::chrono::seconds>(descriptor, IPPROTO_TCP, TCP_KEEPIDLE);
    options.keep_alive_interval =
        ask_time<std::chrono::seconds>(descriptor, IPPROTO_TCP, TCP_KEEPINTVL);
    options.keep_alive_probes = ask<int>(descriptor, IPPROTO_TCP, TCP_KEEPCNT);
    options.user_timeout =
        ask_time<std::chrono::milliseconds>(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT);
    const bool listening = ask_flag(descriptor, SOL_SOCKET, SO_ACCEPTCONN).value_or(false);
    options.fast_open =
        ask<int>(descriptor, IPPROTO_TCP, listening ? TCP_FASTOPEN : TCP_FASTOPEN_CONNECT);
  }
  return options;
}

}  // namespace weir
