#include <algorithm>
#include <stdexcept>

#include "websocket/header_list.hpp"
#include "weir/websocket/deflate.hpp"

namespace weir::websocket {

namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr int largest_window = 15;

/// The parameters of one offer or response (RFC 7692 7.1), each as it was written.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  /// Named without a value, as an offer may.
  bool client_window_is_settable = false;
  std::optional<int> client_max_window_bits;
};

/// RFC 7692 7.1.2: a decimal integer without leading zeros, 8 to 15.
std::optional<int> window_bits(const std::string& value) {
  if (value == "8" || value == "9") return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') {
    return 10 + (value[1] - '0');
  }
  return std::nullopt;
}

/// Why `parameter` cannot stand where it does, or nullptr.
const char* take(const Parameter& parameter, Parameters& into) {
  const auto flag = [&parameter](bool& seen) -> const char* {
    if (seen) return "is there twice";
    if (parameter.value) return "has a value";
    seen = true;
    return nullptr;
  };
  if (parameter.name == "server_no_context_takeover") return flag(into.server_no_context_takeover);
  if (parameter.name == "client_no_context_takeover") return flag(into.client_no_context_takeover);
  const bool of_client = parameter.name == "client_max_window_bits";
  if (!of_client && parameter.name != "server_max_window_bits") return "is unknown";
  std::optional<int>& bits = of_client ? into.client_max_window_bits : into.server_max_window_bits;
  if (bits || (of_client && into.client_window_is_settable)) return "is there twice";
  if (!parameter.value) {
    into.client_window_is_settable = of_client;
    return of_client ? nullptr : "has no value";
  }
  bits = window_bits(*parameter.value);
  return bits ? nullptr : "has a value that is none of 8 to 15";
}

/// The parameters of `extension`, or what is wrong with one.
Result<Parameters> parameters_of(const Extension& extension) {
  Parameters parameters;
  for (const Parameter& parameter : extension.parameters) {
    if (const char* mistake = take(parameter, parameters)) {
      return Error{"permessage-deflate: " + parameter.name.substr(0, 40) + " " + mistake};
    }
  }
  return parameters;
}

void check(const DeflateOptions& options) {
  const auto possible = [](int bits) { return bits >= 9 && bits <= largest_window; };
  if (!possible(options.server_max_window_bits) || !possible(options.client_max_window_bits)) {
    throw std::invalid_argument("weir::websocket::DeflateOptions: a window has 9 to 15 bits");
  }
}

std::optional<DeflateAcceptance> accept(const Parameters& offer, const DeflateOptions& options) {
  DeflateAcceptance acceptance;
  Deflation& agreed = acceptance.deflation;
  std::string& response = acceptance.response;
  response = extension_name;
  // RFC 7692 7.1.1.1: asked for, it must be granted; it may be granted unasked.
  agreed.server_no_context_takeover =
      offer.server_no_context_takeover || options.server_no_context_takeover;
  if (agreed.server_no_context_takeover) response += "; server_no_context_takeover";
  // RFC 7692 7.1.1.2: in an offer it is a hint that the client does without anyway; the server may
  // demand it in any case.
  agreed.client_no_context_takeover =
      offer.client_no_context_takeover || options.client_no_context_takeover;
  if (agreed.client_no_context_takeover) response += "; client_no_context_takeover";
  // RFC 7692 7.1.2.1: the window of the response is that of the offer or a smaller one.
  const int server = std::min(options.server_max_window_bits,
                              offer.server_max_window_bits.value_or(largest_window));
  if (server < 9) return std::nullopt;
  agreed.server_max_window_bits = server;
  if (offer.server_max_window_bits || server < largest_window) {
    response += "; server_max_window_bits=" + std::to_string(server);
  }
  // RFC 7692 7.1.2.2: only a client that has said so can be told its window. One that cannot may
  // use the largest, which the reader then has to keep.
  if (offer.client_window_is_settable || offer.client_max_window_bits) {
    const int client = std::min(options.client_max_window_bits,
                                offer.client_max_window_bits.value_or(largest_window));
    agreed.client_max_window_bits = client;
    if (client < largest_window) response += "; client_max_window_bits=" + std::to_string(client);
  }
  return acceptance;
}

}  // namespace

Result<std::optional<DeflateAcceptance>> accept_deflate(std::string_view offers,
                                                        const DeflateOptions& options) {
  check(options);
  const auto extensions = parse_extensions(offers);
  if (!extensions) return Error{"malformed Sec-WebSocket-Extensions"};
  for (const Extension& extension : *extensions) {
    if (!same_ignoring_case(extension.name, extension_name)) continue;
    const Result<Parameters> offer = parameters_of(extension);
    if (!offer.ok()) continue;
    if (std::optional<DeflateAcceptance> acceptance = accept(offer.value(), options)) {
      return acceptance;
    }
  }
  return std::optional<DeflateAcceptance>();
}

std::string offer_deflate(const DeflateOptions& options) {
  check(options);
  std::string offer(extension_name);
  if (options.server_no_context_takeover) offer += "; server_no_context_takeover";
  if (options.client_no_context_takeover) offer += "; client_no_context_takeover";
  if (options.server_max_window_bits < largest_window) {
    offer += "; server_max_window_bits=" + std::to_string(options.server_max_window_bits);
  }
  offer += "; client_max_window_bits";
  if (options.client_max_window_bits < largest_window) {
    offer += "=" + std::to_string(options.client_max_window_bits);
  }
  return offer;
}

Result<std::optional<Deflation>> confirm_deflate(std::string_view response,
                                                 const std::optional<DeflateOptions>& options) {
  if (options) check(*options);
  const auto extensions = parse_extensions(response);
  if (!extensions) return Error{"malformed Sec-WebSocket-Extensions"};
  if (extensions->empty()) return std::optional<Deflation>();
  if (!options) return Error{"the server has accepted an extension, and none was offered"};
  // RFC 6455 9.1: what was not offered cannot be accepted, and one offer not twice.
  const Extension& extension = extensions->front();
  if (extensions->size() > 1 || !same_ignoring_case(extension.name, extension_name)) {
    return Error{"the server has accepted an extension that was not offered"};
  }
  Result<Parameters> parsed = parameters_of(extension);
  if (!parsed.ok()) return parsed.error();
  const Parameters& answer = parsed.value();
  // RFC 7692 7.1.1.1 and 7.1.2.1: what was asked of the server must be granted.
  if (options->server_no_context_takeover && !answer.server_no_context_takeover) {
    return Error{"permessage-deflate: server_no_context_takeover was asked for and not granted"};
  }
  const int server = answer.server_max_window_bits.value_or(largest_window);
  if (server > options->server_max_window_bits) {
    return Error{"permessage-deflate: server_max_window_bits is larger than what was asked for"};
  }
  // RFC 7692 7.1.2.2: the response names a value.
  if (answer.client_window_is_settable) {
    return Error{"permessage-deflate: client_max_window_bits has no value"};
  }
  const int client = answer.client_max_window_bits.value_or(options->client_max_window_bits);
  if (client > options->client_max_window_bits) {
    return Error{"permessage-deflate: client_max_window_bits is larger than what was offered"};
  }
  return std::optional<Deflation>(
      Deflation{.server_no_context_takeover = answer.server_no_context_takeover,
                // What the client has offered to do without it does without.
                .client_no_context_takeover =
                    answer.client_no_context_takeover || options->client_no_context_takeover,
                .server_max_window_bits = server,
                .client_max_window_bits = client});
}

}  // namespace weir::websocket
