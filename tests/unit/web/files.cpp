// Files below a folder over HTTP, and nothing else.
#include "weir/web/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/web/bench.hpp"

using namespace weir;
using namespace weir::test;

namespace {

namespace fs = std::filesystem;

/// A folder with a folder `root` in it, and the server of that.
class Tree {
 public:
  Tree() {
    std::string name = (fs::temp_directory_path() / "weir-files-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    base = name;
    fs::create_directory(root());
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { fs::remove_all(base); }

  [[nodiscard]] fs::path root() const { return base / "root"; }
  void write(const std::string& path, std::string_view bytes) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path, std::ios::binary) << bytes;
  }
  void serve(http::FilesOptions options = {}) {
    http::Router routes;
    routes.get("/{path...}", http::files(root().string(), std::move(options)).value());
    bench.serve(http::serve(routes));
  }
  [[nodiscard]] std::string status(std::string_view path) {
    return bench.ask(get(path)).substr(9, 3);
  }
  [[nodiscard]] std::string body(std::string_view path, std::string_view headers = {}) {
    const std::string got = bench.ask(get(path, headers));
    return got.substr(std::min(got.find("\r\n\r\n") + 4, got.size()));
  }

  fs::path base;
  WebBench bench;
};

std::string header(const std::string& response, const std::string& name) {
  const std::size_t at = response.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return response.substr(begin, response.find('\r', begin) - begin);
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(a_file_is_answered_with_its_type_tag_and_date) {
  Tree tree;
  tree.write("a/page.html", "<p>hello");
  tree.serve();
  const std::string got = tree.bench.ask(get("/a/page.html"));
  BOOST_TEST(got.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(header(got, "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(header(got, "Content-Length") == "8");
  BOOST_TEST(header(got, "Accept-Ranges") == "bytes");
  BOOST_TEST(got.ends_with("\r\n\r\n<p>hello"));
  const std::string tag = header(got, "ETag");
  const std::string date = header(got, "Last-Modified");
  BOOST_TEST(tag.size() > 2U);
  const std::string same = tree.bench.ask(get("/a/page.html", "If-None-Match: " + tag + "\r\n"));
  BOOST_TEST(same.starts_with("HTTP/1.1 304 Not Modified\r\n"));
  BOOST_TEST(same.ends_with("\r\n\r\n"));
  BOOST_TEST(tree.bench.ask(get("/a/page.html", "If-Modified-Since: " + date + "\r\n"))
                 .starts_with("HTTP/1.1 304"));
  BOOST_TEST(
      tree.bench.ask(get("/a/page.html", "If-Match: \"other\"\r\n")).starts_with("HTTP/1.1 412"));
  BOOST_TEST(tree.bench.ask("HEAD /a/page.html HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("\r\n\r\n"));
  BOOST_TEST(tree.bench.ask(post("/a/page.html", "x")).starts_with("HTTP/1.1 405"));
}

BOOST_AUTO_TEST_CASE(a_range_is_answered_with_that_part) {
  Tree tree;
  tree.write("small", "0123456789");
  const std::string large(300'000, 'x');
  tree.write("large", large + "end");
  tree.serve();
  const std::string got = tree.bench.ask(get("/small", "Range: bytes=2-4\r\n"));
  BOOST_TEST(got.starts_with("HTTP/1.1 206 Partial Content\r\n"));
  BOOST_TEST(header(got, "Content-Range") == "bytes 2-4/10");
  BOOST_TEST(got.ends_with("\r\n\r\n234"));
  BOOST_TEST(tree.body("/large", "Range: bytes=-5\r\n") == "xxend");
  const std::string none = tree.bench.ask(get("/small", "Range: bytes=10-\r\n"));
  BOOST_TEST(none.starts_with("HTTP/1.1 416 "));
  BOOST_TEST(header(none, "Content-Range") == "bytes */10");
  BOOST_TEST(tree.body("/small", "Range: bytes=0-1,4-5\r\n") == "0123456789");
  BOOST_TEST(tree.body("/small", "Range: bytes=2-4\r\nIf-Range: \"other\"\r\n") == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_large_file_goes_out_whole_and_the_connection_goes_on) {
  Tree tree;
  std::string large;
  for (int i = 0; i < 100'000; ++i) large += std::to_string(i);
  tree.write("large.bin", large);
  tree.write("small.txt", "next");
  tree.serve();
  Peer peer = tree.bench.connect();
  peer.send(get("/large.bin") + get("/small.txt"));
  std::string got;
  for (int i = 0; i < 1000 && !got.ends_with("next"); ++i) {
    tree.bench.loop.run_ready();
    got += peer.take();
  }
  const std::size_t body = got.find("\r\n\r\n") + 4;
  BOOST_TEST((got.substr(body, large.size()) == large));
  BOOST_TEST(got.substr(body + large.size()).starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(got.ends_with("\r\n\r\nnext"));
}

BOOST_AUTO_TEST_CASE(nothing_outside_is_reached_by_any_spelling) {
  Tree tree;
  std::ofstream(tree.base / "secret") << "secret";
  fs::create_directory(tree.base / "rooted");
  std::ofstream(tree.base / "rooted" / "secret") << "secret";
  tree.write("in/file", "in");
  tree.serve();
  for (const std::string_view path :
       {"/../secret", "/in/../../secret", "/%2e%2e/secret", "/.%2e/secret", "/in/..%2f..%2fsecret",
        "/in/%2e%2e/%2e%2e/secret", "/..%5csecret", "/../rooted/secret", "//secret", "/in//file",
        "/%2fetc/passwd", "//etc/passwd", "/in/file%00.html", "/....//secret", "/in/.../secret"}) {
    const std::string got = tree.bench.ask(get(path));
    BOOST_TEST(got.starts_with("HTTP/1.1 40"), path << ": " << got);
    BOOST_TEST((!holds(got, "secret\r") && !got.ends_with("secret")), path);
  }
  BOOST_TEST(tree.body("/in/./file") == "in");
  BOOST_TEST(tree.body("/in/../in/file") == "in");
}

BOOST_AUTO_TEST_CASE(links_that_lead_outside_lead_nowhere) {
  Tree tree;
  std::ofstream(tree.base / "secret") << "secret";
  fs::create_directory(tree.base / "folder");
  std::ofstream(tree.base / "folder" / "secret") << "secret";
  tree.write("real", "real");
  fs::create_symlink("../secret", tree.root() / "relative");
  fs::create_symlink(tree.base / "secret", tree.root() / "absolute");
  fs::create_symlink(tree.base / "folder", tree.root() / "folder");
  fs::create_symlink("real", tree.root() / "inside");
  fs::create_symlink("loop", tree.root() / "loop");
  fs::create_symlink("/proc/self/cwd", tree.root() / "magic");
  tree.serve();
  for (const std::string_view path :
       {"/relative", "/absolute", "/folder/secret", "/loop", "/magic/secret", "/magic"}) {
    BOOST_TEST(tree.status(path) == "404", path);
  }
  BOOST_TEST(tree.body("/inside") == "real");
}

BOOST_AUTO_TEST_CASE(pipes_sockets_and_hidden_names_are_not_there) {
  Tree tree;
  tree.write(".env", "secret");
  tree.write(".git/config", "secret");
  BOOST_REQUIRE(::mkfifo((tree.root() / "pipe").c_str(), 0600) == 0);
  tree.serve();
  for (const std::string_view path : {"/.env", "/.git/config", "/%2eenv", "/pipe", "/.git"}) {
    BOOST_TEST(tree.status(path) == "404", path);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_is_its_index_behind_a_slash) {
  Tree tree;
  tree.write("docs/index.html", "index");
  tree.write("empty/other", "other");
  tree.serve();
  BOOST_TEST(tree.body("/docs/") == "index");
  const std::string moved = tree.bench.ask(get("/docs?a=b"));
  BOOST_TEST(moved.starts_with("HTTP/1.1 301 "));
  BOOST_TEST(header(moved, "Location") == "/docs/?a=b");
  BOOST_TEST(tree.status("/empty/") == "404");
  BOOST_TEST(tree.status("/docs/index.html/") == "404");
}

BOOST_AUTO_TEST_CASE(a_folder_with_the_name_of_a_host_redirects_nobody_to_that_host) {
  Tree tree;
  fs::create_directory(tree.root() / "example.org");
  tree.serve();
  for (const std::string_view path :
       {"//example.org", "///example.org", "/./example.org", "/.//example.org"}) {
    const std::string got = tree.bench.ask(get(path));
    BOOST_TEST(!header(got, "Location").starts_with("//"), path);
  }
  BOOST_TEST(tree.status("//example.org") == "404");
}

BOOST_AUTO_TEST_CASE(a_folder_is_listed_where_that_was_asked_for_and_names_do_no_harm) {
  Tree tree;
  tree.write("<b>&\".txt", "x");
  tree.write("javascript:alert(1)", "x");
  tree.write("sub/file", "x");
  tree.write(".hidden", "x");
  tree.serve({.listing = true});
  const std::string page = tree.body("/");
  BOOST_TEST(holds(page, "&lt;b&gt;&amp;&quot;.txt</a>"));
  BOOST_TEST(!holds(page, "<b>"));
  BOOST_TEST(holds(page, "href=\"./javascript%3Aalert%281%29\""));
  BOOST_TEST(holds(page, "href=\"./sub/\""));
  BOOST_TEST(holds(page, "width=device-width"));
  BOOST_TEST(!holds(page, ".hidden"));
  BOOST_TEST(holds(tree.body("/sub/"), "href=\"../\""));
}

BOOST_AUTO_TEST_CASE(a_listing_says_that_it_is_not_all) {
  Tree tree;
  for (const char* name : {"a", "b", "c"}) tree.write(name, "x");
  tree.serve({.listing = true, .list_most = 3});
  BOOST_TEST(!holds(tree.body("/"), "And more"));
  tree.write("d", "x");
  BOOST_TEST(holds(tree.body("/"), "And more"));
}

BOOST_AUTO_TEST_CASE(a_compressed_sibling_is_answered_to_those_that_take_it) {
  Tree tree;
  tree.write("app.js", "plain");
  tree.write("app.js.gz", "zipped");
  tree.write("other.js", "other");
  tree.serve();
  const std::string got = tree.bench.ask(get("/app.js", "Accept-Encoding: gzip, br\r\n"));
  BOOST_TEST(header(got, "Content-Encoding") == "gzip");
  BOOST_TEST(holds(header(got, "Content-Type"), "javascript"));
  BOOST_TEST(header(got, "Vary") == "Accept-Encoding");
  BOOST_TEST(got.ends_with("\r\n\r\nzipped"));
  BOOST_TEST(tree.body("/app.js") == "plain");
  BOOST_TEST(tree.body("/app.js", "Accept-Encoding: gzip;q=0\r\n") == "plain");
  BOOST_TEST(tree.body("/other.js", "Accept-Encoding: gzip\r\n") == "other");
}

BOOST_AUTO_TEST_CASE(a_file_without_a_compressed_sibling_is_sent_as_it_is) {
  Tree tree;
  const std::string text(10'000, 'x');
  tree.write("long.txt", text);
  tree.serve();
  const std::string got = tree.bench.ask(get("/long.txt", "Accept-Encoding: gzip\r\n"));
  BOOST_TEST(header(got, "Content-Encoding").empty());
  BOOST_TEST(header(got, "ETag").starts_with('"'));
  BOOST_TEST(got.find("Vary") == got.rfind("Vary"));
  BOOST_TEST(got.ends_with("\r\n\r\n" + text));
}

BOOST_AUTO_TEST_CASE(a_coding_that_the_client_did_not_name_is_not_sent_for_want_of_the_one_it_did) {
  Tree tree;
  tree.write("app.js", "plain");
  tree.write("app.js.gz", "zipped");
  tree.write("both.js", "plain");
  tree.write("both.js.gz", "zipped");
  tree.write("both.js.br", "brotli");
  tree.serve();
  BOOST_TEST(tree.body("/app.js", "Accept-Encoding: br\r\n") == "plain");
  BOOST_TEST(tree.body("/app.js", "Accept-Encoding: br, gzip;q=0\r\n") == "plain");
  BOOST_TEST(tree.body("/app.js", "Accept-Encoding: br, gzip;q=0.1\r\n") == "zipped");
  BOOST_TEST(tree.body("/both.js", "Accept-Encoding: br;q=0.5, gzip\r\n") == "zipped");
  BOOST_TEST(tree.body("/both.js", "Accept-Encoding: *\r\n") == "brotli");
  BOOST_TEST(tree.body("/both.js", "Accept-Encoding: identity, br;q=0.5\r\n") == "plain");
}

BOOST_AUTO_TEST_CASE(a_change_is_seen_once_the_cache_has_aged) {
  Tree tree;
  tree.write("file", "one");
  tree.serve();
  BOOST_TEST(tree.body("/file") == "one");
  tree.write("file", "two!");
  BOOST_TEST(tree.body("/file") == "one");
  tree.bench.loop.advance(1s);
  BOOST_TEST(tree.body("/file") == "two!");
}

BOOST_AUTO_TEST_CASE(the_cache_begins_anew_at_its_bounds) {
  Tree tree;
  for (int i = 0; i < 20; ++i) tree.write(std::to_string(i), std::string(1000, 'x'));
  tree.serve({.cache_files = 4, .cache_bytes = 2500});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) BOOST_TEST(tree.body("/" + std::to_string(i)).size() == 1000U);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_none_is_an_error_that_names_it) {
  const auto made = http::files("/no/such/folder");
  BOOST_REQUIRE(!made.ok());
  BOOST_TEST(holds(made.error().message, "/no/such/folder"));
}

BOOST_AUTO_TEST_SUITE_END()
