// JsonText: JSON, written from its beginning to its end. Layer: inspector, private.
//
//     JsonText text;
//     text.object().key("name").value("x").key("all").array().value(1).end_array().end_object();
//
// Who calls keeps the order; commas come by themselves. Strings may hold anything: what is no UTF-8
// (RFC 8259, section 8.1) becomes U+FFFD.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace weir::inspect {

class JsonText {
 public:
  JsonText& object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name);
  JsonText& value(std::string_view text);
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  /// What is not finite is null.
  JsonText& value(double number);
  JsonText& value(bool truth) { return raw(truth ? "true" : "false"); }
  template <std::integral N>
  JsonText& value(N number) {
    return raw(std::to_string(number));
  }
  JsonText& null() { return raw("null"); }
  template <class V>
  JsonText& field(std::string_view name, const V& content) {
    return key(name).value(content);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  JsonText& raw(std::string_view text);
  void begin_value();
  void append_string(std::string_view text);

  std::string text_;
  bool first_ = true;  // nothing stands before what comes next
};

}  // namespace weir::inspect
