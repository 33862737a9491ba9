#include "web/client_exchange.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "web/client_core.hpp"
#include "weir/http/request_writer.hpp"

namespace weir::http {

namespace {

/// True of the headers that are to be dropped.
template <class Names>
void drop_headers(ClientExchange& exchange, const Names& names) {
  std::erase_if(exchange.headers, [&](const auto& header) {
    return std::ranges::any_of(
        names, [&](std::string_view name) { return same_name(header.first, name); });
  });
}

constexpr std::array<std::string_view, 3> secrets{"Authorization", "Cookie", "Proxy-Authorization"};
constexpr std::array<std::string_view, 6> about_body{"Content-Type",     "Content-Encoding",
                                                     "Content-Language", "Content-Location",
                                                     "Digest",           "Last-Modified"};

}  // namespace

weir::Status ClientExchange::write_head() {
  std::vector<Header> views;
  views.reserve(headers.size());
  for (const auto& [name, value] : headers) views.push_back({name, value});
  const std::string host = url.authority();
  head.clear();
  return http::write_head({.method = method,
                           .target = url.target,
                           .host = host,
                           .content_length = body.chunk == nullptr ? 0 : body.size()},
                          views, head);
}

void ClientExchange::on_timer() { core.on_expired(*this); }

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

bool is_redirect(Status status) {
  switch (status) {
    case Status::moved_permanently:
    case Status::found:
    case Status::see_other:
    case Status::temporary_redirect:
    case Status::permanent_redirect:
      return true;
    default:
      return false;
  }
}

weir::Status redirect(ClientExchange& exchange, const ClientOptions& options) {
  ClientResponse& response = exchange.response;
  if (response.redirects >= options.redirects) {
    return Error{"more than " + std::to_string(options.redirects) + " redirects", ELOOP};
  }
  auto next = exchange.url.resolve(response.header("Location"));
  if (!next.ok()) return Error{"redirect to a " + next.error().message, EACCES};
  const Url& to = next.value();
  if (to.scheme != "http" && to.scheme != "https") {
    return Error{"redirect to " + to.scheme + "://", EACCES};
  }
  if (exchange.url.secure() && !to.secure() && !options.redirect_to_plain) {
    return Error{"redirect from https:// to http://", EACCES};
  }
  if (to.secure() && options.tls == nullptr) {
    return Error{"redirect to https://, which needs ClientOptions::tls", EINVAL};
  }
  const bool moved =
      response.status == Status::moved_permanently || response.status == Status::found;
  const bool other = response.status == Status::see_other && exchange.method != "HEAD";
  if (other || (moved && exchange.method == "POST")) {
    exchange.method = "GET";
    exchange.body = {};
    drop_headers(exchange, about_body);
  }
  if (to.origin() != exchange.url.origin()) drop_headers(exchange, secrets);
  exchange.url = next.take();
  response = {.redirects = response.redirects + 1};
  return exchange.write_head();
}

}  // namespace weir::http
