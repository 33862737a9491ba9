// Folder: a directory of its own, removed at the end. FaultyDisk: a Disk that fails when told to.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "kv/disk.hpp"

namespace weir::kv::test {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "weir-kv-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::string log() const { return path_ / "appendonly.aof"; }
  [[nodiscard]] std::string read() const { return read(log()); }
  [[nodiscard]] static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(std::string_view bytes) const {
    std::ofstream(log(), std::ios::binary).write(bytes.data(), std::ssize(bytes));
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(path_ / name);
  }

 private:
  std::filesystem::path path_;
};

class FaultyDisk final : public Disk {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  /// Bytes that it still takes; the write behind them is short, the next one fails.
  std::size_t room = unlimited;
  bool sync_fails = false;
  bool truncate_fails = false;
  bool rename_fails = false;
  bool folder_fails = false;
  int syncs = 0;
  int renames = 0;

  ssize_t write(int file, std::string_view bytes) override {
    if (room == 0) return fail(ENOSPC);
    const std::string_view taken = bytes.substr(0, room);
    if (room != unlimited) room -= taken.size();
    return Disk::write(file, taken);
  }
  int sync(int file) override {
    ++syncs;
    return sync_fails ? fail(EIO) : Disk::sync(file);
  }
  int truncate(int file, off_t size) override {
    return truncate_fails ? fail(EIO) : Disk::truncate(file, size);
  }
  int rename(const std::string& from, const std::string& to) override {
    ++renames;
    return rename_fails ? fail(EIO) : Disk::rename(from, to);
  }
  int sync_folder(int folder) override {
    return folder_fails ? fail(EIO) : Disk::sync_folder(folder);
  }

 private:
  static int fail(int code) {
    errno = code;
    return -1;
  }
};

}  // namespace weir::kv::test
