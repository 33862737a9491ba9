#include "weir/web/files.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "web/file_tree.hpp"
#include "weir/http/accept_encoding.hpp"
#include "weir/http/conditions.hpp"
#include "weir/http/date.hpp"
#include "weir/http/media_type.hpp"
#include "weir/http/range.hpp"
#include "weir/http/uri.hpp"
#include "weir/web/exchange.hpp"

namespace weir::http {

namespace {

/// Codings of files beside a file, the favourite first.
struct Coding {
  std::string_view name;
  std::string_view suffix;
};
constexpr std::array<Coding, 3> codings{Coding{"br", ".br"}, Coding{"gzip", ".gz"},
                                        Coding{"identity", ""}};

/// One of each, to write an order of them in.
constexpr std::string_view coding_digits = "012";

/// A file, as it is answered.
struct Representation {
  TimePoint found{};
  std::int64_t modified = 0;
  std::string quoted_tag;
  std::string date;  // of `modified`
  std::string_view type;
  std::string_view coding;
  bool varies = false;  // by Accept-Encoding
  std::uint64_t size = 0;
  std::string bytes;              // of a small file,
  std::optional<FileRange> file;  // or a larger one
};

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

/// Another one for another file, another size or another time.
std::string tag_of(const struct stat& about) {
  return hex(about.st_ino) + "-" + hex(static_cast<std::uint64_t>(about.st_size)) + "-" +
         hex(static_cast<std::uint64_t>(about.st_mtim.tv_sec)) + "." +
         hex(static_cast<std::uint64_t>(about.st_mtim.tv_nsec));
}

/// False when it ends before `size` bytes, or cannot be read.
bool read_all(const Descriptor& file, std::size_t size, std::string& bytes) {
  bytes.resize(size);
  std::size_t used = 0;
  while (used < size) {
    const ssize_t count =
        ::pread(file.get(), bytes.data() + used, size - used, static_cast<off_t>(used));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    used += static_cast<std::size_t>(count);
  }
  return true;
}

std::string escaped(std::string_view text) {
  std::string html;
  for (const char each : text) {
    switch (each) {
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '&':
        html += "&amp;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += each;
    }
  }
  return html;
}

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

class Files final : public Handler {
 public:
  Files(FileTree tree, FilesOptions options)
      : tree_(std::move(tree)), options_(std::move(options)) {}

  void call(Context& context) override {
    auto& exchange = static_cast<Exchange&>(context);
    const RouteMatch& match = exchange.match();
    std::string asked(exchange.head().path);
    if (match.capture_count != 0) {
      asked.assign("/").append(exchange.captured(match.captures[match.capture_count - 1]));
    }
    std::optional<std::string> path = normal_path(asked);
    // Without an empty segment: a redirection to it would lead to another host.
    if (!path || path->find("//") != std::string::npos) return not_found(context);
    path->erase(0, 1);
    if (!options_.hidden && is_hidden(*path)) return not_found(context);
    answer(exchange, *path);
  }

 private:
  using Cache = std::unordered_map<std::string, Representation>;
  struct LoopCache {
    Cache files;
    std::size_t bytes = 0;
  };

  static void not_found(Context& context) { context.fail({.kind = FailureKind::not_found}); }

  void answer(Exchange& exchange, const std::string& path) {
    const bool folder = path.empty() || path.ends_with('/');
    const std::string name = folder ? path + options_.index : path;
    const std::string wanted = wanted_codings(exchange.head());
    LoopCache& cache = cache_.here(exchange.loop());
    std::string key = name + '\0' + wanted;
    const TimePoint now = exchange.loop().now();
    const auto kept = cache.files.find(key);
    if (kept != cache.files.end() && now - kept->second.found < options_.cache_for) {
      return respond(exchange, kept->second);
    }
    if (folder && options_.index.empty()) return list(exchange, path);
    Representation made;
    const int error = find(name, wanted, made);
    if (error == EISDIR && !folder) return to_folder(exchange);
    if (folder && error != 0 && options_.listing) return list(exchange, path);
    if (error == EACCES || error == EPERM) {
      exchange.fail({.kind = FailureKind::refused,
                     .message = "forbidden",
                     .code = code_of(Status::forbidden)});
      return;
    }
    if (error == EMFILE || error == ENFILE) {
      exchange.fail({.kind = FailureKind::overloaded});
      return;
    }
    if (error != 0) return not_found(exchange);
    made.found = now;
    respond(exchange, made);
    if (options_.cache_for <= Duration::zero()) return;
    if (cache.files.size() >= options_.cache_files ||
        cache.bytes + made.bytes.size() > options_.cache_bytes) {
      cache = {};
    }
    if (made.bytes.size() > options_.cache_bytes) return;
    cache.bytes += made.bytes.size();
    Representation& place = cache.files[std::move(key)];
    cache.bytes -= place.bytes.size();
    place = std::move(made);
  }

  /// The codings, each as a digit, that the client would rather have than the file as it is, its
  /// favourite first.
  [[nodiscard]] std::string wanted_codings(const RequestHead& head) const {
    std::string wanted;
    if (!options_.precompressed || head.headers.find("Accept-Encoding") == nullptr) return wanted;
    std::vector<std::string_view> names;
    names.reserve(codings.size());
    for (const Coding& each : codings) names.push_back(each.name);
    std::string digits(coding_digits);
    while (const auto best = choose_encoding(head.headers, names)) {
      if (*best + 1 == names.size()) break;  // as it is
      wanted += digits[*best];
      digits.erase(*best, 1);
      names.erase(names.begin() + static_cast<std::ptrdiff_t>(*best));
    }
    return wanted;
  }

  /// Fills `made`; an errno value, EISDIR for a folder.
  int find(const std::string& name, const std::string& wanted, Representation& made) const {
    for (const char digit : wanted + coding_digits.back()) {
      const Coding& with = codings[static_cast<std::size_t>(digit - '0')];
      FileTree::Found found = tree_.find(name + std::string(with.suffix));
      if (found.error == 0 && S_ISDIR(found.about.st_mode)) found.error = EISDIR;
      if (found.error != 0) {
        if (with.suffix.empty()) return found.error;
        continue;
      }
      made.modified = found.about.st_mtim.tv_sec;
      made.quoted_tag = '"' + tag_of(found.about) + '"';
      const DateBytes date = format_date(made.modified);
      made.date.assign(date.data(), date.size());
      made.type = media_type_of(name);
      if (!with.suffix.empty()) made.coding = with.name;
      made.varies = options_.precompressed;
      made.size = static_cast<std::uint64_t>(found.about.st_size);
      if (made.size <= options_.small_file) {
        return read_all(found.file, made.size, made.bytes) ? 0 : EIO;
      }
      auto range = FileRange::of(std::move(found.file), 0, made.size);
      if (!range.ok()) return EIO;
      made.file = range.take();
      return 0;
    }
    return ENOENT;
  }

  void respond(Exchange& exchange, const Representation& file) const {
    const RequestHead& head = exchange.head();
    const std::string_view tag = file.quoted_tag;
    const Validators current{EntityTag{tag.substr(1, tag.size() - 2)}, file.modified};
    const std::int64_t now = std::time(nullptr);
    // All is lent, for the response is written before this returns.
    LentResponse response;
    response.compress = false;  // not again and again: that is what `name.gz` is for
    std::array<Header, 7> headers;
    std::size_t count = 0;
    const auto say = [&](std::string_view name, std::string_view value) {
      headers[count++] = {name, value};
    };
    const auto send = [&] {
      response.headers = {headers.data(), count};
      exchange.respond(response);
    };
    say("ETag", tag);
    say("Last-Modified", file.date);
    if (file.varies) say("Vary", "Accept-Encoding");
    if (!options_.cache_control.empty()) say("Cache-Control", options_.cache_control);
    switch (evaluate(head.method, head.headers, current, now)) {
      case Condition::not_modified:
        response.status = Status::not_modified;
        return send();
      case Condition::precondition_failed:
        exchange.respond(text("precondition failed\n", Status::precondition_failed));
        return;
      default:
        break;
    }
    response.content_type = file.type;
    if (!file.coding.empty()) say("Content-Encoding", file.coding);
    say("Accept-Ranges", "bytes");
    ByteRange part{0, file.size};
    std::string part_text;
    const Header* wanted = head.method == "GET" ? head.headers.find("Range") : nullptr;
    if (wanted != nullptr && range_applies(head.headers, current, now)) {
      const Ranges ranges = parse_ranges(wanted->value, file.size);
      if (ranges.kind() == Ranges::Kind::unsatisfiable) {
        exchange.respond(text("range not satisfiable\n", Status::range_not_satisfiable)
                             .with("Content-Range", content_range_of_none(file.size)));
        return;
      }
      if (ranges.kind() == Ranges::Kind::parts && ranges.list().size() == 1) {
        part = ranges.list().front();
        response.status = Status::partial_content;
        part_text = content_range(part, file.size);
        say("Content-Range", part_text);
      }
    }
    FileRange range;
    if (file.file) {
      range = {file.file->file, part.offset, part.size};
      response.file = &range;
    } else {
      response.body = std::string_view(file.bytes).substr(part.offset, part.size);
    }
    send();
  }

  /// A folder is asked for with a '/' behind it, so that what its index refers to is found.
  static void to_folder(Exchange& exchange) {
    const RequestHead& head = exchange.head();
    std::string location(head.path);
    location += '/';
    if (!head.query.empty()) location.append("?").append(head.query);
    exchange.respond(redirect(std::move(location), Status::moved_permanently));
  }

  void list(Exchange& exchange, const std::string& path) const {
    FileTree::Found found = tree_.find(path.substr(0, path.size() - (path.empty() ? 0 : 1)));
    if (!options_.listing || found.error != 0 || !S_ISDIR(found.about.st_mode)) {
      return not_found(exchange);
    }
    DIR* folder = ::fdopendir(found.file.get());
    if (folder == nullptr) return not_found(exchange);
    static_cast<void>(found.file.release());
    std::vector<std::string> names;
    bool more = false;
    while (const dirent* each = ::readdir(folder)) {
      const std::string_view name = each->d_name;
      if (name == "." || name == ".." || (!options_.hidden && name.starts_with('.'))) continue;
      if (names.size() == options_.list_most) {
        more = true;
        break;
      }
      if (each->d_type == DT_DIR) {
        names.push_back(std::string(name) + "/");
      } else if (each->d_type == DT_REG || each->d_type == DT_LNK || each->d_type == DT_UNKNOWN) {
        names.emplace_back(name);
      }
    }
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    const std::string title = escaped("/" + path);
    std::string page =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
        title + "</title><h1>" + title + "</h1><ul>\n";
    if (!path.empty()) page += "<li><a href=\"../\">../</a>\n";
    for (const std::string& name : names) {
      const bool inner = name.ends_with('/');
      const std::string link = percent_encode(name.substr(0, name.size() - (inner ? 1 : 0)));
      page += "<li><a href=\"./" + link + (inner ? "/" : "") + "\">" + escaped(name) + "</a>\n";
    }
    page += "</ul>\n";
    if (more) page += "<p>And more, which are not listed.\n";
    exchange.respond(html(page + "</html>\n"));
  }

  FileTree tree_;
  FilesOptions options_;
  PerLoop<LoopCache> cache_;
};

}  // namespace

Result<std::shared_ptr<Handler>> files(const std::string& root, FilesOptions options) {
  auto tree = FileTree::open(root);
  if (!tree.ok()) return tree.error();
  return std::shared_ptr<Handler>(std::make_shared<Files>(tree.take(), std::move(options)));
}

}  // namespace weir::http
