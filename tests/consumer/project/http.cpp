#include <weir/http/request_parser.hpp>

int main() {
  const weir::http::Limits limits;
  weir::http::RequestParser parser(limits);
  weir::http::RequestHead head;
  const auto part = parser.next("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", head);
  return part.kind == weir::http::Parsed::Kind::head && head.path == "/" ? 0 : 1;
}
