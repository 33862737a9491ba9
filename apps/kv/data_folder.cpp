#include "kv/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weir::kv {

Result<DataFolder> DataFolder::open(const std::string& path, Disk& disk) {
  constexpr mode_t for_its_owner = 0700;
  if (::mkdir(path.c_str(), for_its_owner) != 0 && errno != EEXIST) {
    return system_error("cannot make the folder " + path, errno);
  }
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return system_error("cannot open the folder " + path, errno);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{"another process keeps its data in " + path, errno};
    return system_error("cannot lock the folder " + path, errno);
  }
  DataFolder opened(path, std::move(folder));
  const std::string manifest = path + "/appendonlydir";
  if (::access(manifest.c_str(), F_OK) == 0) {
    return Error{manifest + " is a log of redis-server 7 in several files, which is not read here"};
  }
  if (disk.remove(opened.fresh_log()) != 0 && errno != ENOENT) {
    return system_error("cannot remove " + opened.fresh_log(), errno);
  }
  return opened;
}

}  // namespace weir::kv
